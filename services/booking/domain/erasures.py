"""What erasing a person leaves behind."""

from collections.abc import Collection
from typing import Any

from services.booking.domain.people import ERASED

ANSWERING = ("events", "loyalty", "notify", "ranking", "waitlist")
"""The services that say what they have removed of a person."""
_BLANK = {"name": ERASED, "email": None, "phone": None, "notes": ""}


def redacted(value: Any, person_ids: Collection[str]) -> Any:
    """Give a JSON value with the contact data of these people blanked wherever it shows them.

    Args:
        value: what `json.loads` gives.
        person_ids: UUIDs as text, as they are written in the value.
    """
    if isinstance(value, list):
        return [redacted(one, person_ids) for one in value]
    if not isinstance(value, dict):
        return value
    kept = {key: redacted(one, person_ids) for key, one in value.items()}
    if kept.get("person_id") in person_ids:
        kept |= {key: blank for key, blank in _BLANK.items() if key in kept}
    return kept
