"""What callers get: reports, files, what-if, and answers that bear repeating."""

import base64
import csv
import io
import zipfile
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.ranking.store import categories, shapes
from shared.contracts.errors import InvalidRequest, PersonNotFound, RankNotFound
from shared.testing import MORNING
from tests.ranking.dojo import Dojo, day


@pytest.mark.rule("M10", "M11", "M12")
def test_the_report_says_who_is_where_who_is_eligible_and_who_was_promoted_automatically(
    dojo: Dojo,
) -> None:
    dojo.category("Judo", automatic=True)
    dojo.assign("ada")
    dojo.visits("ada", 0, 0, 0)
    dojo.category("Karate")
    dojo.assign("alan", "yellow")
    dojo.visits("alan", 0, 0, 0)
    dojo.assign("grace")

    rows = dojo.call.report_ranks()["rows"]

    shown = [
        (row["person_name"], row["rank_name"], row["eligible"], row["automatic"]) for row in rows
    ]
    assert shown == [
        ("ada", "yellow", False, True),
        ("alan", "yellow", True, False),
        ("grace", "white", False, False),
    ]


@pytest.mark.rule("M10", "M11", "M12")
def test_the_report_can_be_filtered_and_turned_over(dojo: Dojo) -> None:
    dojo.category()
    for name in ("ada", "alan", "grace"):
        dojo.assign(name, "yellow" if name == "grace" else "white")
    dojo.visits("alan", 0, 0, 0)

    def names(**wanted: object) -> list[str]:
        return [row["person_name"] for row in dojo.call.report_ranks(**wanted)["rows"]]

    assert names(eligible=True) == ["alan"]
    assert names(eligible=False) == ["ada", "grace"]
    assert names(rank_id=dojo.ranks["yellow"]) == ["grace"]
    assert names(category_id=uuid4()) == []
    assert names(automatic=True) == []
    assert names(name="A_") == []
    assert names(name="AL") == ["alan"]
    assert names(offset=1, limit=1) == ["alan"]
    assert dojo.call.report_ranks(limit=1)["total"] == 3


def test_the_report_follows_a_person_who_is_called_otherwise(dojo: Dojo) -> None:
    dojo.category()
    dojo.assign("ada")

    dojo.rename("ada", "Countess", sequence=3)
    dojo.rename("ada", "an older word", sequence=2)

    assert dojo.row("Countess") is not None


@pytest.mark.rule("M10", "M13")
def test_the_csv_file_has_every_row_and_no_formula(dojo: Dojo) -> None:
    dojo.category()
    dojo.assign("=SUM(A1)")
    dojo.assign('grâce, "the first"')

    file = dojo.call.export_report(language="fr")

    content = base64.b64decode(file["content"])
    assert content.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert head[:3] == ["Nom", "Catégorie", "Rang"]
    assert [row[0] for row in rows] == ["'=SUM(A1)", 'grâce, "the first"']
    assert rows[0][6:] == ["non", "non", "non"]
    assert file["file_name"] == f"rapport-suivi-des-ceintures-{day(0)}.csv"
    assert file["rows"] == 2


@pytest.mark.rule("M10", "M13")
def test_the_xlsx_file_has_every_row_and_no_formula(dojo: Dojo) -> None:
    dojo.category()
    dojo.assign("=SUM(A1)")

    file = dojo.call.export_report(kind="xlsx")

    assert file["file_name"].endswith(".xlsx")
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(file["content"]))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        texts = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "=SUM(A1)" in texts


def test_a_report_longer_than_a_page_is_written_whole(dojo: Dojo) -> None:
    dojo.category()
    for number in range(101, 202):
        dojo.assign(f"person {number}")
    assert len(dojo.call.report_ranks()["rows"]) == 100

    file = dojo.call.export_report()

    text = base64.b64decode(file["content"]).decode("utf-8-sig")
    assert [line.split('"')[1] for line in text.splitlines()[1:]] == [
        f"person {number}" for number in range(101, 202)
    ]


# -- what if --------------------------------------------------------------------------------------


def test_what_if_says_who_would_become_eligible_and_changes_nothing(dojo: Dojo) -> None:
    dojo.category(notices=True)
    for name, times in (("ada", 1), ("alan", 2), ("grace", 3)):
        dojo.assign(name)
        dojo.visits(name, *[0] * times)
    dojo.suite.mark()
    before = dojo.call.list_versions(category_id=dojo.category_id)

    easier = _what_if(dojo, visits=2)
    harder = _what_if(dojo, visits=9)
    same = _what_if(dojo, visits=3)

    assert easier == {"promoted": [], "become_eligible": ["alan"], "lose_eligibility": []}
    assert harder == {"promoted": [], "become_eligible": [], "lose_eligibility": ["grace"]}
    assert same == {"promoted": [], "become_eligible": [], "lose_eligibility": []}
    assert dojo.suite.story == []
    assert dojo.call.list_versions(category_id=dojo.category_id) == before


def test_what_if_reads_the_rules_once_and_not_with_each_person(
    dojo: Dojo, monkeypatch: pytest.MonkeyPatch
) -> None:
    dojo.category()
    for number in range(9):
        dojo.assign(f"person{number}")
    read: list[Any] = []

    def reading(row: Any) -> Any:
        read.append(row)
        return shapes.read_scheme(row)

    monkeypatch.setattr(categories, "read_scheme", reading)

    _what_if(dojo, visits=2)

    assert 0 < len(read) < 9


def test_what_if_counts_no_visit_that_has_earned_a_promotion_on_its_day(dojo: Dojo) -> None:
    dojo.category(
        ranks=[("white", {"visits": 2}), ("yellow", {"visits": 9}), ("black", {})], automatic=True
    )
    dojo.assign("ada")
    dojo.visits("ada", 0, 0, 0)
    assert dojo.rank_of("ada") == "yellow"

    found = [
        dojo.call.try_criteria(
            category_id=dojo.category_id,
            ranks=[{"rank_id": dojo.ranks["yellow"], "visits": visits}],
        )["counts"]["promoted"]
        for visits in (1, 2, 3)
    ]

    assert found == [1, 0, 0]


def test_what_if_counts_every_visit_since_staff_decided_on_the_day_of_a_promotion(
    dojo: Dojo,
) -> None:
    dojo.category(
        ranks=[("white", {"visits": 2}), ("yellow", {"visits": 9}), ("black", {})], automatic=True
    )
    dojo.assign("ada")
    dojo.visits("ada", 0, 0)
    dojo.promote("ada")
    dojo.demote("ada")
    assert dojo.rank_of("ada") == "yellow"

    found = [
        dojo.call.try_criteria(
            category_id=dojo.category_id,
            ranks=[{"rank_id": dojo.ranks["yellow"], "visits": visits}],
        )["counts"]["promoted"]
        for visits in (2, 3)
    ]

    assert found == [1, 0]


def test_what_if_says_who_would_be_promoted_and_switching_it_on_does_that(dojo: Dojo) -> None:
    dojo.category(ranks=[("white", {"visits": 3}), ("yellow", {"tenure_days": 9}), ("black", {})])
    for name, times in (("ada", 1), ("alan", 2), ("grace", 5)):
        dojo.assign(name)
        dojo.visits(name, *[0] * times)
    other = {"automatic": True, "ranks": [{"rank_id": dojo.ranks["white"], "visits": 2}]}

    tried = dojo.call.try_criteria(category_id=dojo.category_id, **other)
    dojo.call.change_criteria(category_id=dojo.category_id, **other)
    dojo.suite.run_woken()

    would = {row["person_name"]: row["ranks"] for row in tried["promoted"]}
    assert would == {"alan": ["white", "yellow"], "grace": ["white", "yellow"]}
    assert {name: dojo.rank_of(name) for name in ("ada", "alan", "grace")} == {
        "ada": "white",
        "alan": "yellow",
        "grace": "yellow",
    }
    versions = dojo.call.list_versions(category_id=dojo.category_id)
    assert versions[-1]["version"] == tried["version"]
    assert tried["looked_at"] == 3


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_what_if_says_what_then_comes_true(dojo: Dojo, data: st.DataObject) -> None:
    def criteria() -> dict[str, Any]:
        return {
            "visits": data.draw(st.none() | st.integers(1, 3)),
            "tenure_days": data.draw(st.none() | st.integers(1, 6)),
            "tenure_in": data.draw(st.sampled_from(["rank", "category"])),
        }

    automatic = data.draw(st.booleans())
    ranks = [(name, criteria()) for name in "abc"]
    dojo.category(ranks=[*ranks, ("d", {})], automatic=automatic)
    first = (dojo.suite.now() - MORNING).days
    names = [f"person {len(dojo.people) + number}" for number in range(3)]
    for name in names:
        dojo.assign(name, data.draw(st.sampled_from("ab")))
    passed = data.draw(st.integers(0, 5))
    dojo.pass_days(passed)
    for name in names:
        days = data.draw(st.lists(st.integers(0, passed), max_size=5))
        dojo.visits(name, *(first + on for on in days))
    dojo.suite.run_woken()
    other = {
        "automatic": data.draw(st.none() | st.booleans()),
        "ranks": [
            {"rank_id": dojo.ranks[name], **criteria()}
            for name in data.draw(st.lists(st.sampled_from("abc"), unique=True))
        ],
    }
    before = {name: (dojo.held(name), dojo.here(name)["eligible"]) for name in names}

    tried = dojo.call.try_criteria(category_id=dojo.category_id, **other)
    dojo.call.change_criteria(category_id=dojo.category_id, **other)
    dojo.suite.run_woken()

    would = {
        row["person_name"]: (outcome, row["ranks"])
        for outcome in ("promoted", "become_eligible", "lose_eligibility")
        for row in tried[outcome]
    }
    for name in names:
        held, ready = before[name]
        ranks_now, ready_now = dojo.held(name), dojo.here(name)["eligible"]
        assert ranks_now[: len(held)] == held
        if len(ranks_now) > len(held):
            reached = [rank for rank, _ in ranks_now[len(held) - 1 :]]
            assert would.pop(name) == ("promoted", reached)
        elif ready != ready_now:
            outcome = "become_eligible" if ready_now else "lose_eligibility"
            assert would.pop(name) == (outcome, [held[-1][0]])
    assert would == {}


def test_what_if_knows_only_ranks_of_its_category(dojo: Dojo) -> None:
    dojo.category("Judo")
    elsewhere = dojo.ranks["white"]
    dojo.category("Karate")

    with pytest.raises(RankNotFound):
        dojo.call.try_criteria(
            category_id=dojo.category_id, ranks=[{"rank_id": elsewhere, "visits": 1}]
        )


def _what_if(dojo: Dojo, **criteria: int) -> dict[str, list[str]]:
    found = dojo.call.try_criteria(
        category_id=dojo.category_id, ranks=[{"rank_id": dojo.ranks["white"], **criteria}]
    )
    return {
        outcome: [row["person_name"] for row in found[outcome]]
        for outcome in ("promoted", "become_eligible", "lose_eligibility")
    }


# -- calls ----------------------------------------------------------------------------------------


@pytest.mark.rule("M27", "M28", "M29")
def test_customers_see_what_they_hold_and_held_in_the_categories_that_are_shown(
    dojo: Dojo,
) -> None:
    dojo.category("Hidden", shown_to_clients=False)
    dojo.assign("ada")
    dojo.category("Karate")
    dojo.assign("ada")
    dojo.promote("ada")
    dojo.demote("ada")

    found = dojo.call.show_ranks(person_id=dojo.person("ada"))

    (karate,) = found["categories"]
    assert found["icon"] == "🥋"
    assert karate["current"]["rank_name"] == "white"
    assert [row["rank_name"] for row in karate["history"]] == ["yellow", "white"]
    with pytest.raises(PersonNotFound):
        dojo.call.show_ranks(person_id=uuid4())


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"visits": 0}, "visits"),
        ({"tenure_days": -1}, "tenure_days"),
        ({"tenure_in": "week"}, "tenure_in"),
        ({"name": ""}, "name"),
        ({"place": 0}, "place"),
    ],
)
def test_a_wrong_argument_is_named_and_changes_nothing(
    dojo: Dojo, wrong: dict[str, object], field: str
) -> None:
    dojo.category()

    with pytest.raises(InvalidRequest, match=field):
        dojo.rank(**{"name": "red"} | wrong)  # type: ignore[arg-type]

    assert len(dojo.call.get_category(category_id=dojo.category_id)["ranks"]) == 3


def test_a_promotion_repeated_under_its_key_is_done_once(dojo: Dojo) -> None:
    dojo.category()
    dojo.assign("ada")

    first = dojo.promote("ada", idempotency_key="desk-1")
    second = dojo.promote("ada", idempotency_key="desk-1")

    assert first == second
    assert dojo.rank_of("ada") == "yellow"


def test_a_journal_that_was_tampered_with_is_found_out(dojo: Dojo) -> None:
    dojo.category(automatic=True)
    dojo.assign("ada")
    dojo.visits("ada", 0, 0, 0)

    with dojo.suite.sql("ranking") as sql:
        sql.exec_driver_sql("UPDATE placements SET since = '2031-01-01' WHERE number = 2")
    found = dojo.call.check_person(person_id=dojo.person("ada"))

    assert not found["matches"]
    (difference,) = found["differences"]
    assert "2031-01-01" in difference["kept"][1]
    assert "2031-03-03" in difference["replayed"][1]


def test_a_report_that_was_tampered_with_is_found_out(dojo: Dojo) -> None:
    dojo.category()
    dojo.assign("ada")
    dojo.visits("ada", 0, 0)

    with dojo.suite.sql("ranking") as sql:
        sql.exec_driver_sql("UPDATE standings SET counted = 3, due = '2031-03-03'")
    found = dojo.call.check_person(person_id=dojo.person("ada"))

    (difference,) = found["differences"]
    assert difference["kept"][-1].endswith("3 visits, due 2031-03-03")
    assert difference["replayed"][-1].endswith("2 visits, not due")


def test_nobody_is_said_to_match_of_whom_nothing_was_heard(dojo: Dojo) -> None:
    with pytest.raises(PersonNotFound):
        dojo.call.check_person(person_id=uuid4())
