"""events' entrypoints."""

from services.events import actions
from services.events.gateways import make_cashier
from services.events.pages import PublicPages
from services.events.service.money import Money
from services.events.service.occasions import Occasions
from services.events.service.people import People
from services.events.service.places import Places
from services.events.service.schedule import Schedule
from services.events.service.waiting import Waiting
from shared.bus import Database, Gateway
from shared.clock import Clock
from shared.payments.entrypoints import AsksStripe


class Events(Occasions, Schedule, Places, Waiting, Money, AsksStripe, People, PublicPages):
    """The events, their sessions, and who takes part in what."""

    name = "events"
    db = Database()
    now = Clock()
    cashier = Gateway(make_cashier)
    desk = actions.DESK
