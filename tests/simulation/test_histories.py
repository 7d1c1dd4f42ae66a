"""Some hundred random histories keep every promise, and visit what they are meant to visit."""

import pytest

from tests.simulation.runner import FIRST_SEED, HISTORIES, play
from tests.simulation.world import World

ENOUGH = 200
VISITED = (
    "crash tx.committing in a call",
    "crash tx.committed in a call",
    "crash tx.committing in a listener",
    "crash tx.committed in a listener",
    "AlreadyBooked",
    "WaitlistFull",
    "entry allocated",
    "entry has_booking",
    "entry left",
    "entry waiting",
    "spot granted, allocated",
    "spot granted, declined",
    "spot returned, returned",
    "spot ended, closed",
    "spot ended, returned",
    "tried again",
    "group allocated",
    "offer accepted",
    "offer expired",
    "offer withdrawn",
    "offer to all, expired",
    "decision kept, list_paused",
    "decision kept, kept_until_a_group_has_enough",
    "by hand moved",
)


@pytest.mark.rule("Qi4")
def test_random_histories_keep_every_promise(shared_world: World) -> None:
    for seed in range(FIRST_SEED, FIRST_SEED + HISTORIES):
        play(shared_world, seed)

    missed = [what for what in VISITED if not shared_world.seen[what]]
    assert HISTORIES < ENOUGH or not missed, f"no history visited {missed}"


def test_the_same_seed_takes_the_same_steps(shared_world: World) -> None:
    ways = []
    for _ in range(2):
        before = shared_world.seen.copy()
        play(shared_world, 7)
        ways.append(shared_world.seen - before)

    assert ways[0] == ways[1]
