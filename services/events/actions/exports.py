"""The list of registrations as a file."""

import base64
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.events.actions.looking import event_and_target, list_registrations
from shared.config import settings
from shared.contracts import Values
from shared.sheets import KINDS, Sheet, file_name

_AT_ONCE = 1000
_HEADS: Mapping[str, str] = {
    "en": "Name|Email address|Telephone|State|Pass|Price|Paid|Currency|Registered|By|"
    "Beyond the capacity because|Came|Minutes late|Ticket",
    "it": "Nome|Email|Telefono|Stato|Pass|Prezzo|Pagato|Valuta|Iscrizione|Da|"
    "Oltre la capienza perché|Arrivo|Minuti di ritardo|Biglietto",
    "fr": "Nom|Adresse e-mail|Téléphone|État|Pass|Prix|Payé|Devise|Inscription|Par|"
    "Au-delà de la capacité car|Arrivée|Minutes de retard|Billet",
    "de": "Name|E-Mail-Adresse|Telefon|Stand|Pass|Preis|Bezahlt|Währung|Angemeldet|Durch|"
    "Über die Plätze hinaus, weil|Gekommen|Minuten zu spät|Ticket",
}


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

    Amounts are in minor units, times in the event's zone. Source: D15, D16, D17.
    """
    event, _ = event_and_target(sql, event_id, session_id)
    spoken = language or settings().studio_language
    zone = ZoneInfo(event.time_zone)
    rows = [_cells(row, zone) for row in _all(sql, event_id, session_id, cancelled=cancelled)]
    sheet = Sheet(event.name, _HEADS[spoken].split("|"), rows, language=spoken)
    return sheet, file_name(event.name, at.astimezone(zone).date(), "")


def _all(sql: Any, event_id: UUID, session_id: UUID | None, *, cancelled: bool) -> Iterator[Any]:
    offset, part = 0, [None]
    while part:
        found = list_registrations(
            sql, event_id, session_id, cancelled=cancelled, limit=_AT_ONCE, offset=offset
        )
        part, offset = list(found["rows"]), offset + _AT_ONCE
        yield from part


def _cells(row: Any, zone: ZoneInfo) -> list[str | int | None]:
    came = getattr(row, "checked_in_at", None)
    return [
        row.name,
        row.email,
        row.phone,
        row.state,
        row.pass_name,
        row.price_minor,
        row.paid_minor,
        row.currency,
        f"{row.registered_at.astimezone(zone):%Y-%m-%d %H:%M}",
        row.registered_by,
        row.overruled,
        f"{came.astimezone(zone):%Y-%m-%d %H:%M}" if came else None,
        getattr(row, "minutes_late", None),
        row.ticket,
    ]


def as_file(sheet: Sheet, name: str, kind: str, write: Callable[[str, Sheet], bytes]) -> Values:
    """Give a sheet as a file of a kind, its content in base64."""
    return {
        "file_name": f"{name}{kind}",
        "content_type": KINDS[kind],
        "rows": len(sheet.rows),
        "content": base64.b64encode(write(kind, sheet)).decode(),
    }
