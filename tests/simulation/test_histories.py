"""Thousands of random histories keep every promise, and visit what they are meant to visit."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.simulation.runner import FIRST_SEED, HISTORIES, play
from tests.simulation.world import World

ENOUGH = 1000
ROOT = Path(__file__).parents[2]
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
    "decision returned, more_seats_than_are_wanted",
    "decision passed, wants_more",
    "entry lapsed",
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


def played_by(process: "subprocess.Popen[bytes]") -> Counter[str]:
    """Wait for a process that plays histories; give what they visited."""
    said, wrong = process.communicate(timeout=600)
    assert process.returncode == 0, wrong.decode()[-2000:]
    answer = json.loads(said)
    assert not answer["broken"], answer["broken"]
    return Counter(answer["seen"])


@pytest.mark.rule("Qi4")
def test_thousands_of_random_histories_keep_every_promise() -> None:
    jobs = min(os.cpu_count() or 1, 8)
    command = [sys.executable, "-m", "tests.simulation"]
    seeds = (str(FIRST_SEED + HISTORIES), str(jobs))
    processes = [
        subprocess.Popen(
            [*command, str(FIRST_SEED + job), *seeds],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for job in range(jobs)
    ]
    try:
        seen = sum((played_by(one) for one in processes), Counter())
    finally:
        for one in processes:
            one.kill()
            one.wait()

    missed = [what for what in VISITED if not seen[what]]
    assert HISTORIES < ENOUGH or not missed, f"no history visited {missed}"


def test_the_same_seed_takes_the_same_steps(shared_world: World) -> None:
    ways = []
    for _ in range(2):
        before = shared_world.seen.copy()
        play(shared_world, 7)
        ways.append(shared_world.seen - before)

    assert ways[0] == ways[1]
