"""What was said yesterday still loads: one message of every fact, never edited once merged."""

import json
from pathlib import Path

import pytest

from shared.contracts import FACTS
from tests.contracts.samples import GOLDEN

FILES = sorted(GOLDEN.glob("*.json"))


def test_every_fact_has_its_golden_message() -> None:
    written = {file.stem for file in FILES}

    assert sorted(FACTS.keys() - written) == [], "python -m tests.contracts.samples"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_yesterdays_message_still_loads(file: Path) -> None:
    text = file.read_text()
    wire = json.loads(text)

    fact = FACTS[wire["fact"]].from_wire(text)

    assert json.loads(fact.to_wire()) == wire | {
        "data": json.loads(fact.to_wire())["data"] | wire["data"]
    }
