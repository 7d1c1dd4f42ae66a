"""waitlist's entrypoints."""

from services.waitlist.pages import PublicPages
from services.waitlist.service.entries import Entries
from services.waitlist.service.queues import Queues
from services.waitlist.service.spots import Spots
from services.waitlist.service.staff import Staff
from shared.bus import Database
from shared.clock import Clock


class Waitlist(Queues, Entries, Staff, Spots, PublicPages):
    """The queues, and who is next."""

    name = "waitlist"
    db = Database()
    now = Clock()
