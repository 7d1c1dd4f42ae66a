"""events' entrypoints."""

from services.events.pages import PublicPages
from services.events.service.occasions import Occasions
from services.events.service.people import People
from services.events.service.places import Places
from services.events.service.schedule import Schedule
from services.events.service.waiting import Waiting
from shared.bus import Database
from shared.clock import Clock


class Events(Occasions, Schedule, Places, Waiting, People, PublicPages):
    """The events, their sessions, and who takes part in what."""

    name = "events"
    db = Database()
    now = Clock()
