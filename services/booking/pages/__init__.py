"""booking's public pages."""

from services.booking.pages.cancel import CancelPages
from services.booking.pages.downloads import DownloadPages


class PublicPages(DownloadPages, CancelPages):
    """All pages of booking."""


__all__ = ["PublicPages"]
