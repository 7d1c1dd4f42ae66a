"""Queries about what Stripe is asked and tells: those of shared.payments, for our own tables."""

from services.events.models import CardJobRow, CardNoticeRow
from shared.payments.rows import JobRows, NoticeRows

_JOBS = JobRows(CardJobRow.__table__)
add_card_job = _JOBS.add_card_job
claim_card_job = _JOBS.claim_card_job
find_card_job = _JOBS.find_card_job
change_card_job = _JOBS.change_card_job

_NOTICES = NoticeRows(CardNoticeRow.__table__)
add_card_notice = _NOTICES.add_card_notice
drop_card_notices = _NOTICES.drop_card_notices
