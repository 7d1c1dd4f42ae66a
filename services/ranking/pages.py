"""ranking's public page: what customers see of their ranks, behind a signed link.

Source: M27, M28, M29.
"""

import html
from collections.abc import Mapping
from datetime import date
from typing import Any

from babel.dates import format_date
from werkzeug.wrappers import Request, Response

from services.ranking import actions
from shared.clock import Now
from shared.contracts.errors import PersonNotFound, RankingNotActive
from shared.contracts.ranking import RANKS_LINK
from shared.db import Transactions
from shared.links import LinkExpired, LinkInvalid, open_link
from shared.pages import language_of, shown
from shared.shapes import LANGUAGES
from shared.web import page


class RankPages:
    """The page of a customer's ranks."""

    db: Transactions
    now: Now

    @page("GET", "/ranks/<token>")
    def show_ranks_page(self, request: Request, token: str) -> Response:
        """Show somebody which ranks they hold and held, in their language."""
        foreign = language_of(request)
        try:
            person_id = open_link(RANKS_LINK, token, at=self.now())
            with self.db.read() as sql:
                found = actions.show_ranks(sql, person_id, language=None, at=self.now())
        except LinkExpired:
            return _sorry("expired", 410, foreign)
        except LinkInvalid:
            return _sorry("invalid", 404, foreign)
        except (PersonNotFound, RankingNotActive):
            return _sorry("nothing", 404, foreign)
        language = found["language"] if found["language"] in LANGUAGES else "en"
        return shown(f"{found['icon']} {found['title']}", _body(found, language), language=language)


def _sorry(what: str, status: int, language: str) -> Response:
    texts = _TEXTS[language]
    return shown(texts[what], f"<p>{texts['contact']}</p>", status, language=language)


def _body(found: Mapping[str, Any], language: str) -> str:
    texts = _TEXTS[language]
    parts = [f"<p>{html.escape(found['name'])}</p>"]
    for category in found["categories"]:
        here = category["current"]
        parts += [
            f"<h2>{html.escape(category['name'])}</h2>",
            f"<p>{texts['now']}: {_held(here, texts, language, strong=True)}</p>",
            *_progress(here, texts),
            *_history(here, category["history"], texts, language),
        ]
    if not found["categories"]:
        parts.append(f"<p>{texts['none']}</p>")
    return "\n".join(parts)


def _progress(here: Mapping[str, Any], texts: Mapping[str, str]) -> list[str]:
    if here["next_rank_name"] is None:
        return []
    next_name = html.escape(here["next_rank_name"])
    if here["eligible"]:
        return [f"<p>{texts['ready'].format(next_name)}</p>"]
    wanted = here["criteria"]
    parts = []
    if wanted["visits"] is not None:
        parts.append(
            texts["visits"].format(min(here["visits_here"], wanted["visits"]), wanted["visits"])
        )
    if wanted["tenure_days"] is not None:
        spent = here["days_here" if wanted["tenure_in"] == "rank" else "days_in_category"]
        days = min(spent, wanted["tenure_days"])
        parts.append(texts["days"].format(days, wanted["tenure_days"]))
    if not parts:
        return []
    return [f"<p>{texts['next'].format(next_name)}: {', '.join(parts)}</p>"]


def _history(
    here: Mapping[str, Any], rows: list[Any], texts: Mapping[str, str], language: str
) -> list[str]:
    """List what was held before, the last first, each until the next one began."""
    if not rows:
        return []
    nexts = [here, *rows]
    items = [
        f"<li>{_held(row, texts, language, until=then['since'])}</li>"
        for row, then in zip(rows, nexts, strict=False)
    ]
    return [f"<h3>{texts['before']}</h3>", "<ul>", *items, "</ul>"]


def _held(
    row: Mapping[str, Any],
    texts: Mapping[str, str],
    language: str,
    *,
    strong: bool = False,
    until: date | None = None,
) -> str:
    name = html.escape(row["rank_name"])
    first = format_date(row["since"], "long", locale=language)
    when = texts["since"].format(first)
    if until is not None and until >= row["since"]:  # of two records of theirs it may be before
        last = format_date(until, "long", locale=language)
        when = first if last == first else f"{first} – {last}"  # noqa: RUF001 - an en dash, as in print
    return f"{f'<strong>{name}</strong>' if strong else name}, {when}"


_TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "now": "Now",
        "since": "since {}",
        "before": "Before",
        "next": "On the way to {}",
        "visits": "{} of {} visits",
        "days": "{} of {} days",
        "ready": "Ready for {}.",
        "none": "There is nothing to show yet.",
        "nothing": "There is nothing here",
        "expired": "This link has expired",
        "invalid": "This link is not valid",
        "contact": "Please contact the studio.",
    },
    "it": {
        "now": "Ora",
        "since": "dal {}",
        "before": "In precedenza",
        "next": "Verso {}",
        "visits": "{} visite su {}",
        "days": "{} giorni su {}",
        "ready": "Idoneo per {}.",
        "none": "Non c'è ancora niente da mostrare.",
        "nothing": "Qui non c'è niente",
        "expired": "Questo link è scaduto",
        "invalid": "Questo link non è valido",
        "contact": "Contatta lo studio.",
    },
    "fr": {
        "now": "Actuellement",
        "since": "depuis le {}",
        "before": "Auparavant",
        "next": "En route vers {}",
        "visits": "{} visites sur {}",
        "days": "{} jours sur {}",
        "ready": "Conditions remplies pour {}.",
        "none": "Il n'y a encore rien à afficher.",
        "nothing": "Il n'y a rien ici",
        "expired": "Ce lien a expiré",
        "invalid": "Ce lien n'est pas valable",
        "contact": "Veuillez contacter le studio.",
    },
    "de": {
        "now": "Jetzt",
        "since": "seit {}",
        "before": "Früher",
        "next": "Auf dem Weg zu {}",
        "visits": "{} von {} Besuchen",
        "days": "{} von {} Tagen",
        "ready": "Bereit für {}.",
        "none": "Noch gibt es nichts zu zeigen.",
        "nothing": "Hier gibt es nichts",
        "expired": "Dieser Link ist abgelaufen",
        "invalid": "Dieser Link ist nicht gültig",
        "contact": "Bitte wenden Sie sich an das Studio.",
    },
}
