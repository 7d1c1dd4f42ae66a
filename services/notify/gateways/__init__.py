"""The mail server, the carrier, the files that stand in for them, and how messages are written."""

from services.notify.gateways.files import FileMailer, FileTexter
from services.notify.gateways.post import BeforeDot, SmtpMailer, is_no_mailbox
from services.notify.gateways.returned import Returned, read_returned
from services.notify.gateways.texts import (
    INCOMING_PATH,
    STATUS_PATH,
    TwilioTexter,
    is_from_twilio,
)
from services.notify.gateways.words import WordsInvalid, check, default_words
from services.notify.gateways.writing import (
    Written,
    placeholders,
    render,
    sample,
    show,
    write_sms,
)
from shared.config import settings

__all__ = [
    "INCOMING_PATH",
    "STATUS_PATH",
    "BeforeDot",
    "FileMailer",
    "FileTexter",
    "Returned",
    "SmtpMailer",
    "TwilioTexter",
    "WordsInvalid",
    "Written",
    "check",
    "default_words",
    "is_from_twilio",
    "is_no_mailbox",
    "make_mailer",
    "make_texter",
    "placeholders",
    "read_returned",
    "render",
    "sample",
    "show",
    "write_sms",
]


def make_mailer() -> SmtpMailer | FileMailer:
    """Make the gateway for email the settings ask for."""
    chosen = settings()
    return SmtpMailer(chosen) if chosen.smtp_url else FileMailer(chosen)


def make_texter() -> TwilioTexter | FileTexter:
    """Make the gateway for text messages the settings ask for."""
    chosen = settings()
    return TwilioTexter(chosen) if chosen.twilio_account else FileTexter(chosen)
