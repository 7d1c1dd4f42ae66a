"""The report as a file."""

import base64
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from services.ranking import store
from services.ranking.actions.studio import active_studio, wording_of
from services.ranking.domain import report_name
from services.ranking.store import Rows
from shared.contracts import Values
from shared.sheets import KINDS, Sheet, file_name, written

_HEADS: Mapping[str, Sequence[str]] = {
    "en": (
        *("Name", "Category", "Rank", "Since", "Visits here", "Days here"),
        *("Eligible", "Promoted automatically", "Lost a visit since"),
    ),
    "it": (
        *("Nome", "Categoria", "Livello", "Dal", "Visite qui", "Giorni qui"),
        *("Idoneo", "Promosso automaticamente", "Ha perso una visita"),
    ),
    "fr": (
        *("Nom", "Catégorie", "Rang", "Depuis", "Visites ici", "Jours ici"),
        *("Éligible", "Promu automatiquement", "A perdu une visite"),
    ),
    "de": (
        *("Name", "Kategorie", "Rang", "Seit", "Besuche hier", "Tage hier"),
        *("Bereit", "Automatisch befördert", "Besuch zurückgenommen"),
    ),
}
_YES_NO = {"en": ("no", "yes"), "it": ("no", "sì"), "fr": ("non", "oui"), "de": ("nein", "ja")}

Cells = list[str | int | None]


def export_report(
    sql: Any, wanted: Rows, *, kind: str, language: str | None, at: datetime
) -> Values:
    """Write the rows of the report that are wanted, all of them, into a CSV or XLSX file.

    The file has the name of the report, which follows the studio's word. Source: M10, M13.
    """
    studio, today = active_studio(sql, at=at)
    language = language or studio.language
    name = report_name(wording_of(studio, language), language)
    no_yes = _YES_NO[language]
    rows = [_cells(row, no_yes, today) for row in store.whole_report(sql, wanted, today=today)]
    content = written(kind, Sheet(name, _HEADS[language], rows))
    return {
        "name": name,
        "file_name": file_name(name, today, kind),
        "content_type": KINDS[kind],
        "rows": len(rows),
        "content": base64.b64encode(content).decode(),
    }


def _cells(row: Any, no_yes: Sequence[str], today: date) -> Cells:
    person, category, rank, since, counted, due, automatic, flagged = row
    eligible = due is not None and due <= today
    days = (today - since).days
    said = (no_yes[one] for one in (eligible, automatic, flagged))
    return [person, category, rank, since.isoformat(), counted, days, *said]
