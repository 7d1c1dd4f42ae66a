"""booking's entrypoints."""

from services.booking import actions
from services.booking.gateways import make_cashier
from services.booking.pages import PublicPages
from services.booking.service.credits import Credits
from services.booking.service.downloads import Downloads
from services.booking.service.erasures import Erasures
from services.booking.service.groups import Groups
from services.booking.service.letters import Letters
from services.booking.service.money import Money
from services.booking.service.people import People
from services.booking.service.places import Places
from services.booking.service.sessions import Sessions
from services.booking.service.types import Types
from services.booking.service.visits import Visits
from services.booking.service.waiting import Waiting
from shared.bus import Database, Gateway
from shared.clock import Clock
from shared.payments.entrypoints import AsksStripe


class Booking(
    People,
    Credits,
    Erasures,
    Letters,
    Downloads,
    Types,
    Sessions,
    Groups,
    Places,
    Visits,
    Waiting,
    Money,
    AsksStripe,
    PublicPages,
):
    """The people, the sessions, and who has a seat."""

    name = "booking"
    db = Database()
    now = Clock()
    cashier = Gateway(make_cashier)
    desk = actions.DESK
