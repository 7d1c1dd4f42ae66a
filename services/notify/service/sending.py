"""How messages leave, by the clock or as soon as they are written."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.notify import actions
from services.notify.domain import Channel, Lane, Message
from shared.bus import every
from shared.clock import Now
from shared.db import Transactions


class Sending:
    """The timers. Each lane of each channel has its own, so that bulk is nobody's delay."""

    db: Transactions
    now: Now
    mail: Any
    texts: Any

    @every(seconds=1, at_once=2)
    def send_messages(self) -> None:
        """Send the email that is due, a round at a time, until nothing is."""
        self._empty(self.mail, Channel.EMAIL, Lane.DIRECT)

    @every(seconds=1)
    def send_aside(self) -> None:
        """Send what confirms to people what they know already."""
        self._empty(self.mail, Channel.EMAIL, Lane.ASIDE)
        self._empty(self.texts, Channel.SMS, Lane.ASIDE)

    @every(seconds=2)
    def send_bulk_messages(self) -> None:
        """Send the email that was written to many at once."""
        self._empty(self.mail, Channel.EMAIL, Lane.BULK)

    @every(seconds=1)
    def send_texts(self) -> None:
        """Send the text messages that are due."""
        self._empty(self.texts, Channel.SMS, Lane.DIRECT)

    @every(seconds=2)
    def send_bulk_texts(self) -> None:
        """Send the text messages that were written to many at once."""
        self._empty(self.texts, Channel.SMS, Lane.BULK)

    def _empty(self, gateway: Any, channel: Channel, lane: Lane) -> None:
        while (messages := self._claim(channel, lane, gateway.at_once)) is not None:
            outcomes = gateway.send(messages, self._mark_sending) if messages else ()
            with self.db.begin() as tx:
                actions.settle_messages(tx, outcomes, at=self.now())

    def _claim(self, channel: Channel, lane: Lane, limit: int) -> list[Message] | None:
        with self.db.begin() as tx:
            return actions.claim_messages(tx, channel, lane, limit=limit, at=self.now())

    def _mark_sending(self, messages: Sequence[Message]) -> set[UUID]:
        with self.db.begin() as tx:
            return actions.mark_sending(tx, messages, at=self.now())

    @every(seconds=15)
    def recover_messages(self) -> None:
        """Take over the messages of a process that died."""
        with self.db.begin() as tx:
            actions.recover_messages(tx, at=self.now())

    @every(seconds=10)
    def release_messages(self) -> None:
        """Send what has waited for its hour."""
        with self.db.begin() as tx:
            actions.release_messages(tx, at=self.now())

    @every(seconds=60)
    def remind_of_sessions(self) -> None:
        """Write to people whose sessions start soon."""
        more = True
        while more:
            with self.db.begin() as tx:
                more = actions.remind_of_sessions(tx, at=self.now())

    @every(seconds=3600)
    def prune_standings(self) -> None:
        """Forget what happened so long ago that no message can be about it."""
        more = True
        while more:
            with self.db.begin() as tx:
                more = actions.prune_standings(tx, at=self.now())

    @every(seconds=3600)
    def blank_texts(self) -> None:
        """Forget what messages said long ago."""
        more = True
        while more:
            with self.db.begin() as tx:
                more = actions.blank_texts(tx, at=self.now())

    @every(seconds=2)
    def pace_messages(self) -> None:
        """Let limited channels send what they may by now."""
        with self.db.begin() as tx:
            actions.pace_messages(tx, at=self.now())
