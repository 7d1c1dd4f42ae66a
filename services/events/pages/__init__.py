"""events' public pages."""

from services.events.pages.occasions import EventPages
from services.events.pages.registrations import RegistrationPages


class PublicPages(EventPages, RegistrationPages):
    """All pages of events.

    An event's page is for everybody. A registration's is for whoever has its link, whose token is
    all that lets somebody in: there are no cookies and nothing else a browser would send by itself.
    """


__all__ = ["PublicPages"]
