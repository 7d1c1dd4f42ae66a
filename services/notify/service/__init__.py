"""notify's entrypoints."""

from services.notify import gateways
from services.notify.pages import NotifyPages
from services.notify.service.hearing import Hearing
from services.notify.service.looking import Looking
from services.notify.service.sending import Sending
from services.notify.service.studio import Choosing
from services.notify.store import MESSAGES
from shared.bus import Database, Gateway
from shared.clock import Clock

__all__ = ["MESSAGES", "Notify"]


class Notify(Hearing, Sending, Looking, Choosing, NotifyPages):
    """The messages, and how they reach people."""

    name = "notify"
    db = Database()
    now = Clock()
    mail = Gateway(gateways.make_mailer)
    texts = Gateway(gateways.make_texter)
