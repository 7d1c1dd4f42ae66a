"""What goes back to cards: by us, in Stripe's own pages, or through a holder's bank."""

from abc import ABC, abstractmethod
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from shared import metrics
from shared.contracts import Values
from shared.contracts.errors import InvalidRequest
from shared.db import Tx
from shared.payments.jobs import JobKind, same_refund
from shared.payments.rows import JobRows, PaymentRows
from shared.payments.states import NOT_BACK, RefundState
from shared.payments.words import Gone

ELSEWHERE, DISPUTED = "elsewhere", "disputed"
"""Why there is a refund that was not begun here, in the words of every service's rows."""


def make_good(rows: PaymentRows, sql: Connection, refund_id: UUID, **whose: UUID) -> Any:
    """Have a refund that failed be made good by another one, and be listed as failed no more.

    Args:
        rows: the service's own tables.
        sql: the transaction.
        refund_id: the refund that failed.
        whose: the column by which it has to belong to what is given back now, and its value.

    Returns:
        The refund.

    Raises:
        InvalidRequest: no refund of that has failed under this id and is still to be made good.
    """
    refund = rows.make_good(sql, refund_id)
    if refund is None or any(getattr(refund, name) != value for name, value in whose.items()):
        msg = "instead_of: No refund of this that failed, and was not made good, has this id."
        raise InvalidRequest(msg)
    return refund


class Refunds(ABC):
    """Keeps a service's books of refunds as Stripe has them; the service says what that changes."""

    service: str  # part of every key
    jobs: JobRows
    payments: PaymentRows

    # -- what the service says ------------------------------------------------------------------

    @abstractmethod
    def lock_books(self, tx: Tx, payment_id: UUID) -> Any:
        """Find a payment, and keep what was paid and given back as it is until the commit."""

    @abstractmethod
    def add_refund(
        self, tx: Tx, payment: Any, amount_minor: int, reason: str, *, at: datetime, **more: Any
    ) -> Values:
        """Note, as due, a refund of a payment; give it."""

    @abstractmethod
    def note_refund(self, tx: Tx, refund_id: UUID, *, vendor_id: str, at: datetime) -> Any:
        """Note that money is back on its card; noted already, nothing changes."""

    def note_returned(  # noqa: B027 - whose books are the refunds themselves has nothing to do
        self, tx: Tx, payment: Any, gone: Gone, why: str, *, at: datetime
    ) -> None:
        """Do what else there is to do where money that had gone back is ours again."""

    # -- what it does ---------------------------------------------------------------------------

    def note_gone(self, tx: Tx, payment_id: UUID, gone: tuple[Gone, ...], *, at: datetime) -> None:
        """Have the books say of a payment's refunds what Stripe says; noted already, nothing.

        A refund that staff made at Stripe is noted as any other. What a holder claims back is under
        way until their bank has decided. A refund that did not arrive counts as not made: staff see
        that it failed, and may give the money back anew.
        """
        payment = self.lock_books(tx, payment_id)
        if payment is None:
            return
        refunds = self.payments.refunds_of_payment(tx.sql, payment_id)
        for one in gone:
            refund = same_refund(one, refunds)
            refund_id = refund.refund_id if refund else self._add(tx, payment, one, at=at)
            if one.state == "failed" and (refund is None or refund.state not in NOT_BACK):
                why = "the bank has decided against it" if one.disputed else "it did not arrive"
                failed = {"state": RefundState.FAILED.value, "error": why, "refunded_at": None}
                self.payments.change_refund(tx.sql, refund_id, **failed)
                if not one.disputed:
                    metrics.REFUNDS_LOST.labels(self.service).inc()
                if refund is not None and refund.state == RefundState.DONE:
                    self.note_returned(tx, payment, one, why, at=at)
            elif one.state == "done":
                self.note_refund(tx, refund_id, vendor_id=one.vendor_id, at=at)

    def _add(self, tx: Tx, payment: Any, one: Gone, *, at: datetime) -> UUID:
        """Note a refund that was not begun here."""
        about: Any = {"reason": DISPUTED if one.disputed else ELSEWHERE, "at": at}
        added = self.add_refund(tx, payment, one.amount_minor, **about, vendor_id=one.vendor_id)
        refund_id: UUID = added["refund_id"]
        return refund_id

    def fail_refund(self, tx: Tx, refund_id: UUID, error: str | None, *, at: datetime) -> None:
        """Note that money has not gone back; it may have gone another way, which is looked at."""
        refund = self.payments.find_refund(tx.sql, refund_id, lock=True)
        if refund is not None and refund.state == RefundState.DUE:
            failed = {"state": RefundState.FAILED.value, "error": error}
            self.payments.change_refund(tx.sql, refund_id, **failed)
            self.jobs.ask(tx, JobKind.RECKON, refund.payment_id, due_at=at)

    def list_refunds(
        self, sql: Connection, *, state: str, after: UUID | None, limit: int
    ) -> Values:
        """List the refunds of a state, the newest first, a page at a time.

        Raises:
            InvalidRequest: there is no such refund to go on after.
        """
        last = self.payments.find_refund(sql, after) if after else None
        if after is not None and last is None:
            msg = "after: No refund has this id."
            raise InvalidRequest(msg)
        rows = self.payments.list_refunds(sql, state, after=last, limit=limit + 1)
        more = len(rows) > limit
        return {"refunds": rows[:limit], "after": rows[limit - 1].refund_id if more else None}
