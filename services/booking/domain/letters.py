"""What staff write to people, and the files they take of a session's people."""

from enum import StrEnum


class Channel(StrEnum):
    """How a letter reaches somebody."""

    EMAIL = "email"
    SMS = "sms"


class Recipients(StrEnum):
    """Whom of a session a letter goes to."""

    BOOKED = "booked"
    WAITING = "waiting"


class DownloadKind(StrEnum):
    """What kind of file a download is."""

    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"


class DownloadState(StrEnum):
    """How far a download is."""

    REQUESTED = "requested"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"
