"""The lists of those who are registered and of those who wait, as files."""

import base64
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.events import store
from services.events.actions.looking import event_and_target, list_registrations
from services.events.domain import Event, RegistrationState
from shared.config import settings
from shared.contracts import Values
from shared.money import exact
from shared.sheets import KINDS, Cell, Sheet, file_name

_AT_ONCE = 1000
_MOST_WAITING = 100_000
_REGISTERED: Mapping[str, str] = {
    "en": "Name|Email address|Telephone|State|Sessions|Pass|Price|Paid|Currency|Registered|By|"
    "Beyond the capacity because|Came|Minutes late|Ticket",
    "it": "Nome|Email|Telefono|Stato|Sessioni|Pass|Prezzo|Pagato|Valuta|Iscrizione|Da|"
    "Oltre la capienza perché|Arrivo|Minuti di ritardo|Biglietto",
    "fr": "Nom|Adresse e-mail|Téléphone|État|Sessions|Pass|Prix|Payé|Devise|Inscription|Par|"
    "Au-delà de la capacité car|Arrivée|Minutes de retard|Billet",
    "de": "Name|E-Mail-Adresse|Telefon|Stand|Gewählt|Pass|Preis|Bezahlt|Währung|Angemeldet|Durch|"
    "Über die Plätze hinaus, weil|Gekommen|Minuten zu spät|Ticket",
}
_WAITING: Mapping[str, str] = {
    "en": "Place|Name|Email address|Telephone|Waiting since|Invited",
    "it": "Posto|Nome|Email|Telefono|In attesa dal|Invitato",
    "fr": "Rang|Nom|Adresse e-mail|Téléphone|En attente depuis|Invité",
    "de": "Platz|Name|E-Mail-Adresse|Telefon|Wartet seit|Eingeladen",
}
_SAID: Mapping[str, tuple[str, str, str]] = {
    # the states, who registered them, and yes
    "en": ("payment awaited|confirmed|cancelled", "staff|website|waiting list", "yes"),
    "it": ("in attesa di pagamento|confermata|annullata", "personale|sito|lista d'attesa", "sì"),
    "fr": ("paiement attendu|confirmée|annulée", "équipe|site|liste d'attente", "oui"),
    "de": ("Zahlung ausstehend|bestätigt|abgesagt", "Team|Website|Warteliste", "ja"),
}
_REGISTRARS = ("staff", "page", "waitlist")


def export_registrations(
    sql: Any,
    event_id: UUID,
    session_id: UUID | None,
    *,
    language: str | None,
    cancelled: bool,
    at: datetime,
) -> tuple[Sheet, str]:
    """Give the registrations of an event, or of one session, as a sheet, and what to call its file.

    Times are in the event's zone. Source: D15, D16, D17.
    """
    event, _ = event_and_target(sql, event_id, session_id)
    spoken = language or settings().studio_language
    sessions = {one.session_id: one.name for one in store.list_sessions(sql, event_id)}
    states, registrars, _ = _SAID[spoken]
    keys = [*(state.value for state in RegistrationState), *_REGISTRARS]
    words = dict(zip(keys, f"{states}|{registrars}".split("|"), strict=True))
    rows = [
        _cells(row, sessions, words, ZoneInfo(event.time_zone))
        for row in _all(sql, event_id, session_id, cancelled=cancelled)
    ]
    title = _title(event, sessions.get(session_id) if session_id else None)
    return _sheet(title, _REGISTERED, rows, spoken), _file(event, title, at)


def export_waiting(
    sql: Any, event_id: UUID, session_id: UUID | None, *, language: str | None, at: datetime
) -> tuple[Sheet, str]:
    """Give who waits for an event or session, longest first, as a sheet, and its file's name."""
    event, target_id = event_and_target(sql, event_id, session_id)
    spoken = language or settings().studio_language
    session = store.find_session(sql, session_id) if session_id else None
    zone, yes = ZoneInfo(event.time_zone), _SAID[spoken][2]
    waiting = store.list_waiting(sql, target_id, at=at, limit=_MOST_WAITING)
    rows: list[list[Cell]] = [
        [
            place,
            row.name,
            row.email,
            row.phone,
            _time(row.since, zone),
            yes if row.invited else None,
        ]
        for place, row in enumerate(waiting, start=1)
    ]
    title = _title(event, session.name if session else None)
    return _sheet(title, _WAITING, rows, spoken), _file(event, title, at)


def _title(event: Event, session: str | None) -> str:
    return f"{event.name}: {session}" if session else event.name


def _sheet(title: str, heads: Mapping[str, str], rows: list[list[Cell]], language: str) -> Sheet:
    return Sheet(title, heads[language].split("|"), rows, language=language)


def _file(event: Event, title: str, at: datetime) -> str:
    return file_name(title, at.astimezone(ZoneInfo(event.time_zone)).date(), "")


def _time(at: datetime | None, zone: ZoneInfo) -> str | None:
    return None if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _all(sql: Any, event_id: UUID, session_id: UUID | None, *, cancelled: bool) -> Iterator[Values]:
    for offset in count(0, _AT_ONCE):
        part: Any = {"cancelled": cancelled, "limit": _AT_ONCE, "offset": offset}
        rows = list_registrations(sql, event_id, session_id, **part)["rows"]
        yield from rows
        if len(rows) < _AT_ONCE:
            return


def _cells(
    row: Values, sessions: Mapping[UUID, str], words: Mapping[str, str], zone: ZoneInfo
) -> list[Cell]:
    have = [name for session_id, name in sessions.items() if session_id in row["session_ids"]]
    priced = bool(row["currency"])
    return [
        row["name"],
        row["email"],
        row["phone"],
        words[row["state"]],
        ", ".join(have),
        row["pass_name"],
        exact(row["price_minor"], row["currency"]) if priced else None,
        exact(row["paid_minor"], row["currency"]) if priced else None,
        row["currency"].upper(),
        _time(row["registered_at"], zone),
        words[row["registered_by"]],
        row["overruled"],
        _time(row["checked_in_at"], zone),
        row["minutes_late"],
        row["ticket"],
    ]


def as_file(sheet: Sheet, name: str, kind: str, write: Callable[[str, Sheet], bytes]) -> Values:
    """Give a sheet as a file of a kind, its content in base64."""
    return {
        "file_name": f"{name}{kind}",
        "content_type": KINDS[kind],
        "rows": len(sheet.rows),
        "content": base64.b64encode(write(kind, sheet)).decode(),
    }
