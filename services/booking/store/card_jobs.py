"""Queries about what Stripe is to be asked: those of shared.payments, for this service's table."""

from services.booking.models import CardJobRow
from shared.payments.rows import JobRows

_JOBS = JobRows(CardJobRow.__table__)
add_card_job = _JOBS.add_card_job
claim_card_job = _JOBS.claim_card_job
find_card_job = _JOBS.find_card_job
change_card_job = _JOBS.change_card_job
