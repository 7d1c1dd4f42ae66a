"""No amount of money is ever a fraction: the rooms of money know whole numbers only."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
OF_MONEY = ("money", "payments", "arrivals", "checkouts", "card_jobs")
ROOMS = sorted(
    [
        ROOT / "shared" / "money.py",
        ROOT / "shared" / "language.py",
        *(ROOT / "shared" / "payments").glob("*.py"),
        *(one for name in OF_MONEY for one in (ROOT / "services").glob(f"*/*/{name}.py")),
    ]
)


@pytest.mark.parametrize("room", ROOMS, ids=[str(room.relative_to(ROOT)) for room in ROOMS])
def test_no_room_of_money_computes_with_fractions(room: Path) -> None:
    for node in ast.walk(ast.parse(room.read_text())):
        assert not (isinstance(node, ast.Name) and node.id == "float"), node.lineno
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), node.lineno
        assert not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)), node.lineno


def test_no_column_fact_or_call_holds_an_amount_that_is_no_whole_number() -> None:
    inexact = "float|Float|Numeric|Decimal|Double"
    wrong = re.compile(rf"\w+_minor\b[\"'\s:=,]*(?:Mapped\[|\w+\.)?(?:{inexact})\b")

    assert wrong.search("price_minor: Mapped[float]")
    assert wrong.search('sa.Column("price_minor", sa.Numeric())')
    assert wrong.search("amount_minor = fields.Float()")

    for folder in ("services", "shared"):
        for path in (ROOT / folder).rglob("*.py"):
            assert not wrong.search(path.read_text()), path
