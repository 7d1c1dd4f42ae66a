"""Queries about what Stripe is to be asked, and about its webhooks.

Those about jobs are `shared.payments`'s, for this service's table.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete
from sqlalchemy.dialects.postgresql import insert as upsert

from services.events.models import CardJobRow, CardNoticeRow
from shared.payments.rows import JobRows

_JOBS = JobRows(CardJobRow.__table__)
_NOTE = upsert(CardNoticeRow).on_conflict_do_nothing().returning(CardNoticeRow.event_id)

add_card_job = _JOBS.add_card_job
claim_card_job = _JOBS.claim_card_job
find_card_job = _JOBS.find_card_job
change_card_job = _JOBS.change_card_job


def note_card_event(sql: Connection, values: dict[str, Any]) -> bool:
    """Note a webhook; False where it has been heard before."""
    return sql.execute(_NOTE, values).first() is not None


def drop_card_events(sql: Connection, *, before: datetime) -> int:
    """Forget the webhooks heard before a time (UTC), which do not come again; give how many."""
    return sql.execute(delete(CardNoticeRow).where(CardNoticeRow.heard_at < before)).rowcount
