"""What a new registration is made of, whoever makes it."""

import base64
import secrets
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.events import store
from services.events.domain import RegistrationState
from shared.contracts import Values

Registrar = Literal["staff", "page", "waitlist"]


def new_ticket() -> str:
    """Make the code of a ticket: 16 letters and digits that nobody guesses."""
    return base64.b32encode(secrets.token_bytes(10)).decode()


def held_columns(held: store.Pass | None) -> Values:
    """Give the columns of a registration that say which pass it has, and its price."""
    return {
        "pass_id": held.pass_id if held else None,
        "price_minor": held.price_minor if held else 0,
        "currency": held.currency if held and held.price_minor else "",
    }


def new_registration(
    registration_id: UUID,
    event_id: UUID,
    person_id: UUID,
    held: store.Pass | None,
    *,
    by: Registrar,
    at: datetime,
) -> Values:
    """Give the columns of a confirmed registration with the pass that is held, if one is."""
    return {
        "registration_id": registration_id,
        "event_id": event_id,
        "person_id": person_id,
        "state": RegistrationState.CONFIRMED.value,
        "ticket": new_ticket(),
        **held_columns(held),
        "paid_minor": 0,
        "registered_at": at,
        "registered_by": by,
        "held_until": None,
        "sequence": 1,
    }
