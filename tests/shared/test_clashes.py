"""Who loses to another transaction begins anew: pages and timers as well as calls and facts."""

import pytest
from sqlalchemy.exc import OperationalError

from shared.bus.timer import Timer
from shared.web import page


class Deadlock(Exception):
    """What the driver raises for the loser of a deadlock."""

    pgcode = "40P01"


class Work:
    """Something that loses so many times before it is done."""

    def __init__(self, losses: int) -> None:
        """Begin."""
        self.left = losses
        self.tries = 0

    def do(self) -> None:
        """Do it."""
        self.tries += 1
        if self.tries <= self.left:
            raise OperationalError(None, {}, Deadlock())

    @page("POST", "/work")
    def press(self, word: str) -> str:
        """Have it done."""
        self.do()
        return word


def test_a_page_that_loses_to_another_transaction_is_begun_anew() -> None:
    work = Work(losses=3)

    assert work.press("done") == "done"
    assert work.tries == 4


def test_a_page_that_always_loses_gives_up() -> None:
    work = Work(losses=100)

    with pytest.raises(OperationalError):
        work.press("done")

    assert work.tries == 5


def test_a_timer_that_loses_to_another_transaction_runs_again_at_once() -> None:
    work = Work(losses=3)

    def run() -> None:
        timer.stopping = True  # after this run
        work.do()

    timer = Timer("work", 3600, run, "booking")
    timer.wake()
    timer.run_for_ever()

    assert work.tries == 4
