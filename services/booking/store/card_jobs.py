"""What Stripe is asked and tells: the queries of shared.payments, for our own tables."""

from services.booking.models import CardJobRow, CardNoticeRow
from shared.payments.rows import JobRows, NoticeRows

CARD_JOBS = JobRows(CardJobRow.__table__)
CARD_NOTICES = NoticeRows(CardNoticeRow.__table__)
