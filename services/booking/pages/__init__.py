"""booking's public pages."""

from services.booking.pages.cancel import CancelPages
from services.booking.pages.confirm import ConfirmPages
from services.booking.pages.downloads import DownloadPages
from services.booking.pages.manage import ManagePages
from services.booking.pages.pay import PayPages
from services.booking.pages.sessions import SessionPages


class PublicPages(SessionPages, ConfirmPages, PayPages, ManagePages, CancelPages, DownloadPages):
    """All pages of booking.

    A link's token is all that lets somebody in, and it travels in the address alone: there are no
    cookies and nothing else a browser would send by itself, so another site can make nobody's
    browser do what its owner could not have done there anyway.
    """


__all__ = ["PublicPages"]
