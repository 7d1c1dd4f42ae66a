"""Twilio, which carries text messages.

It takes no idempotency key: after a time-out nobody knows whether a message was taken, so before it
goes out again Twilio is asked for it.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import eventlet
import requests
import structlog
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from services.notify.domain import Delivery, Message, Outcome
from services.notify.gateways.post import BeforeDot
from services.notify.gateways.writing import write_sms
from shared.config import Settings

log = structlog.get_logger()
STATUS_PATH = "/twilio/status/{message_id}"
INCOMING_PATH = "/twilio/incoming"
_SECONDS = 10
_AT_ONCE = 8
_STOPPED = 21610
_TOO_MANY = 429
_SERVER_FAULT = 500
_CLOCKS_DIFFER = timedelta(minutes=5)
_DEAD = {"failed", "undelivered", "canceled"}


class _Elsewhere(TwilioHttpClient):
    """Talks to the API where the settings say it is."""

    def __init__(self, base: str, seconds: float) -> None:
        super().__init__(timeout=seconds)
        self._base = urlsplit(base) if base else None

    def request(self, method: str, url: str, *args: Any, **more: Any) -> Any:
        if self._base is not None:
            asked = urlsplit(url)
            there = (self._base.scheme, self._base.netloc, asked.path, asked.query, "")
            url = urlunsplit(there)
        return super().request(method, url, *args, **more)


class TwilioTexter:
    """Sends text messages through the configured account."""

    def __init__(self, chosen: Settings, *, seconds: float = _SECONDS) -> None:
        """Prepare to send; nothing is contacted yet.

        Args:
            chosen: the settings.
            seconds: to wait for each answer.
        """
        self.chosen = chosen
        self.at_once = _AT_ONCE
        http = _Elsewhere(chosen.twilio_url, seconds)
        self._client = Client(chosen.twilio_account, chosen.twilio_token, http_client=http)

    def send(self, messages: Sequence[Message], before_dot: BeforeDot) -> list[Outcome]:
        """Send a round; give what came of each message."""
        ours = before_dot(messages)
        handed = [message for message in messages if message.message_id in ours]
        threads = [eventlet.spawn(self._send, message) for message in handed]
        return [thread.wait() for thread in threads]

    def _send(self, message: Message) -> Outcome:
        try:
            text, count = write_sms(message, self.chosen)
        except Exception as exc:
            log.exception("sms.unwritable", message=str(message.message_id))
            return Outcome(message, Delivery.REFUSED, f"cannot be written: {type(exc).__name__}")
        return (
            message.attempts > 1 and self._looked_up(message, text, count)
        ) or self._handed_over(message, text, count)

    def _looked_up(self, message: Message, text: str, count: int) -> Outcome | None:
        """Ask for what an earlier attempt may have left at Twilio; None: it is not there."""
        try:
            found = self._find(message, text)
        except (TwilioException, requests.RequestException, OSError) as exc:
            # Whether the first one was taken is as uncertain as before.
            return Outcome(message, Delivery.LOST, f"cannot ask Twilio: {exc}"[:500])
        if found is None:
            return None
        return Outcome(
            message, Delivery.TAKEN, "found at Twilio", provider_id=found, segments=count
        )

    def _handed_over(self, message: Message, text: str, count: int) -> Outcome:
        try:
            made = self._client.messages.create(
                to=message.address,
                body=text,
                status_callback=self._callback(message),
                **self._sender(),
            )
        except TwilioRestException as exc:
            return _refused(message, exc)
        except requests.ConnectTimeout as exc:
            return Outcome(message, Delivery.LATER, str(exc)[:500])
        except (TwilioException, requests.RequestException, OSError) as exc:
            return Outcome(message, Delivery.LOST, (str(exc) or type(exc).__name__)[:500])
        return Outcome(
            message, Delivery.TAKEN, f"{made.status}", provider_id=made.sid, segments=count
        )

    def _find(self, message: Message, text: str) -> str | None:
        """Find a message of the same words to the same number that has not failed."""
        since = (message.created_at or message.began_at) - _CLOCKS_DIFFER
        found = self._client.messages.list(to=message.address, date_sent_after=since, limit=100)
        for one in found:
            if one.body == text and one.status not in _DEAD:
                sid: str = one.sid
                return sid
        return None

    def _callback(self, message: Message) -> str:
        path = STATUS_PATH.format(message_id=message.message_id)
        return self.chosen.public_url("notify") + path

    def _sender(self) -> Mapping[str, str]:
        sender = self.chosen.twilio_sender
        return {"messaging_service_sid" if sender.startswith("MG") else "from_": sender}


def _refused(message: Message, exc: TwilioRestException) -> Outcome:
    """Understand Twilio's no: try later, never again, or never again to this number."""
    reply = f"{exc.status} {exc.code or ''} {exc.msg}"[:500]
    if exc.status == _TOO_MANY:
        return Outcome(message, Delivery.LATER, reply)
    if exc.status >= _SERVER_FAULT:
        return Outcome(message, Delivery.LOST, reply)
    blocks = "said STOP" if exc.code == _STOPPED else ""
    return Outcome(message, Delivery.REFUSED, reply, blocks)


def is_from_twilio(
    chosen: Settings, path: str, form: Mapping[str, str], signature: str | None
) -> bool:
    """Say whether a callback was signed by Twilio for our configured public address."""
    if not chosen.twilio_token or not signature:
        return False
    validator = RequestValidator(chosen.twilio_token)
    good: bool = validator.validate(chosen.public_url("notify") + path, dict(form), signature)
    return good
