"""What staff set up, what visits and time bring, and what is told."""

import random
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.config import settings as settings_of_the_suite
from shared.contracts.errors import (
    AlreadyRanked,
    CategoryNotFound,
    InvalidRequest,
    NoSuchMove,
    NotRanked,
    PersonNotFound,
    PlacementNotFound,
    RankingNotActive,
    RankNotFound,
)
from shared.testing import MORNING
from tests.ranking.dojo import Dojo, day, dojo_in

# -- switched on and named ------------------------------------------------------------------------


@pytest.mark.rule("M8")
def test_ranking_is_off_until_it_is_activated(tmp_path: Path) -> None:
    with dojo_in(tmp_path) as dojo:
        settings_before = dojo.call.get_settings()
        with pytest.raises(RankingNotActive):
            dojo.call.add_category(name="Karate")
        with pytest.raises(RankingNotActive):
            dojo.call.report_ranks()

        dojo.activate()

        assert not settings_before["active"]
        assert dojo.call.get_settings()["active"]
        assert dojo.call.add_category(name="Karate")["name"] == "Karate"


@pytest.mark.rule("M8")
def test_while_ranking_is_off_visits_count_and_nobody_is_promoted(dojo: Dojo) -> None:
    dojo.category(automatic=True, notices=True)
    dojo.assign("ada")
    dojo.call.deactivate()
    dojo.suite.mark()

    dojo.visits("ada", 0, 0, 0)
    dojo.pass_days(1)
    story_while_off = dojo.suite.story
    dojo.activate()
    dojo.suite.run_woken()

    assert story_while_off == []
    assert dojo.suite.story == ["RankAwarded"]
    assert dojo.held("ada") == [("white", str(day(0))), ("yellow", str(day(1)))]
    assert dojo.matches("ada")


@pytest.mark.rule("M8")
def test_ranking_that_is_switched_on_again_is_as_it_was(dojo: Dojo) -> None:
    dojo.activate(time_zone="America/Lima", language="de")
    dojo.call.deactivate()

    again = dojo.call.activate()

    assert (again["time_zone"], again["language"]) == ("America/Lima", "de")


@pytest.mark.rule("M8")
def test_at_first_the_studio_is_where_the_suite_is_set_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATELIER_STUDIO_TIME_ZONE", "Europe/Paris")
    monkeypatch.setenv("ATELIER_STUDIO_LANGUAGE", "fr")
    settings_of_the_suite.cache_clear()
    with dojo_in(tmp_path) as dojo:
        first = dojo.call.activate()

    assert (first["time_zone"], first["language"]) == ("Europe/Paris", "fr")


@pytest.mark.rule("M2", "M7", "M9", "M13")
@pytest.mark.parametrize(
    ("term", "title", "report"),
    [
        ("belts", "Tracciamento Cinture", "Report Tracciamento Cinture"),
        ("rankings", "Classifiche Clienti", "Report Classifiche Clienti"),
        ("challenges", "Sfide", "Report Sfide"),
    ],
)
def test_the_studio_chooses_what_it_is_called(
    dojo: Dojo, term: str, title: str, report: str
) -> None:
    dojo.category()
    dojo.assign("ada")

    chosen = dojo.call.choose_wording(term=term)

    assert chosen["wording"]["it"]["title"] == title
    assert dojo.call.report_ranks(language="it")["name"] == report
    assert dojo.call.show_ranks(person_id=dojo.person("ada"), language="it")["title"] == title
    slug = report.lower().replace(" ", "-")
    file = dojo.call.export_report(language="it")
    assert file["file_name"] == f"{slug}-{day(0)}.csv"


@pytest.mark.rule("M2", "M7", "M9")
def test_the_studio_may_have_a_word_of_its_own_in_four_languages(dojo: Dojo) -> None:
    words = {
        language: {"title": f"Stars {language}", "unit": f"star {language}"}
        for language in ("en", "it", "fr", "de")
    }

    with pytest.raises(InvalidRequest, match=r"words.*every language"):
        dojo.call.choose_wording(term="own", words={"en": words["en"]})
    dojo.call.choose_wording(term="own", words=words)
    dojo.category()
    dojo.assign("ada")

    (said,) = dojo.said("RankAwarded")
    assert (said["term_fr"], said["unit_de"]) == ("Stars fr", "star de")
    assert dojo.call.report_ranks(language="de")["name"] == "Bericht Stars de"


# -- categories, ranks, criteria ------------------------------------------------------------------


@pytest.mark.rule("M14", "M15", "M22")
def test_a_category_is_saved_with_its_name_and_settings(dojo: Dojo) -> None:
    added = dojo.call.add_category(
        name="Karate", automatic=True, notices=True, staff_roles=["operator"], tell_client=False
    )

    assert dojo.call.list_categories() == [added]
    assert dojo.call.get_category(category_id=added["category_id"]) == added
    assert added["automatic"]
    assert added["staff_roles"] == ["operator"]
    changed = dojo.call.change_category(category_id=added["category_id"], name="Judo")
    assert (changed["name"], changed["staff_roles"]) == ("Judo", ["operator"])
    with pytest.raises(CategoryNotFound):
        dojo.call.get_category(category_id=uuid4())


@pytest.mark.rule("M18", "M19", "M20", "H11")
def test_ranks_are_added_with_criteria_and_put_into_order(dojo: Dojo) -> None:
    dojo.category(ranks=[("white", {"visits": 5}), ("black", {"tenure_days": 90})])

    dojo.rank("yellow", place=2, visits=3, tenure_days=30, tenure_in="category")
    found = dojo.call.get_category(category_id=dojo.category_id)["ranks"]
    top = [dojo.ranks[name] for name in ("white", "black", "yellow")]
    ordered = dojo.call.order_ranks(category_id=dojo.category_id, rank_ids=top)

    assert [r["name"] for r in found] == ["black", "yellow", "white"]
    assert found[1] == {
        "rank_id": dojo.ranks["yellow"],
        "name": "yellow",
        "visits": 3,
        "tenure_days": 30,
        "tenure_in": "category",
        "item": None,
        "sizes": [],
    }
    assert [r["name"] for r in ordered["ranks"]] == ["white", "black", "yellow"]
    with pytest.raises(InvalidRequest, match="rank_ids"):
        dojo.call.order_ranks(category_id=dojo.category_id, rank_ids=top[:2])
    with pytest.raises(RankNotFound):
        dojo.call.change_rank(rank_id=uuid4(), visits=1)


@pytest.mark.rule("M19")
def test_every_version_of_the_criteria_is_kept(dojo: Dojo) -> None:
    dojo.category(ranks=[("white", {"visits": 3}), ("black", {})])
    dojo.call.change_rank(rank_id=dojo.ranks["white"], visits=5)
    dojo.call.change_rank(rank_id=dojo.ranks["white"], visits=5, name="snow")
    dojo.call.change_rank(rank_id=dojo.ranks["white"], visits=None, tenure_days=9)

    versions = dojo.call.list_versions(category_id=dojo.category_id)

    asked = [
        (v["version"], v["ranks"][-1]["visits"], v["ranks"][-1]["tenure_days"])
        for v in versions
        if v["ranks"]
    ]
    assert asked == [(2, 3, None), (3, 3, None), (4, 5, None), (5, None, 9)]


# -- by hand ------------------------------------------------------------------------------------


@pytest.mark.rule("M1", "M23", "M24", "M25", "M26")
def test_staff_assign_promote_and_demote_from_the_profile(dojo: Dojo) -> None:
    dojo.category()
    unranked = dojo.profile("ada")

    dojo.assign("ada")
    at_white = dojo.profile("ada")
    dojo.promote("ada", "black")
    dojo.demote("ada")

    assert unranked["current"] is None
    assert [r["name"] for r in unranked["assign"]] == ["white", "yellow", "black"]
    assert at_white["assign"] == []
    assert [r["name"] for r in at_white["promote"]] == ["yellow", "black"]
    assert at_white["demote"] == []
    assert [rank for rank, _ in dojo.held("ada")] == ["white", "black", "yellow"]
    hows = [row["how"] for row in reversed(dojo.profile("ada")["history"])]
    assert hows == ["assigned", "promoted", "demoted"]
    assert [r["name"] for r in dojo.profile("ada")["demote"]] == ["white"]
    assert dojo.matches("ada")


@pytest.mark.rule("M26", "M29", "H10")
@pytest.mark.parametrize(
    ("to", "lands_on"), [(None, "yellow"), ("yellow", "yellow"), ("white", "white")]
)
def test_a_demotion_leads_to_the_next_lower_rank_or_the_one_that_is_named(
    dojo: Dojo, to: str | None, lands_on: str
) -> None:
    dojo.category()
    dojo.assign("ada", "black")

    dojo.demote("ada", to)

    assert dojo.rank_of("ada") == lands_on
    assert [rank for rank, _ in dojo.held("ada")] == ["black", lands_on]
    assert dojo.matches("ada")


def test_moves_that_lead_nowhere_are_refused_and_change_nothing(dojo: Dojo) -> None:
    dojo.category()
    with pytest.raises(NotRanked):
        dojo.promote("ada")
    dojo.assign("ada", "black")

    with pytest.raises(NoSuchMove):
        dojo.promote("ada")
    with pytest.raises(NoSuchMove):
        dojo.demote("ada", "black")
    with pytest.raises(AlreadyRanked):
        dojo.assign("ada")
    with pytest.raises(InvalidRequest, match="since"):
        dojo.demote("ada", since=str(day(1)))
    with pytest.raises(InvalidRequest, match="since"):
        dojo.demote("ada", since=str(day(-1)))
    ids = {"category_id": dojo.category_id, "person_id": dojo.person("ada")}
    with pytest.raises(PersonNotFound):
        dojo.call.assign(**ids | {"person_id": uuid4()})
    with pytest.raises(CategoryNotFound):
        dojo.call.promote(**ids | {"category_id": uuid4()})
    with pytest.raises(RankNotFound):
        dojo.call.assign(**ids | {"person_id": dojo.person("alan"), "rank_id": uuid4()})

    assert dojo.held("ada") == [("black", str(day(0)))]


def test_a_studio_that_moves_west_can_still_move_people(dojo: Dojo) -> None:
    dojo.activate(time_zone="Pacific/Auckland")
    dojo.category()
    dojo.suite.advance(hours=5)
    dojo.assign("ada")

    dojo.activate(time_zone="America/Lima")
    dojo.promote("ada")

    assert dojo.held("ada") == [("white", str(day(1))), ("yellow", str(day(1)))]
    assert dojo.matches("ada")


def test_a_rank_can_be_given_from_an_earlier_day(dojo: Dojo) -> None:
    dojo.category()
    dojo.visits("ada", -9, -5, -4)

    dojo.assign("ada", since=str(day(-5)))

    assert dojo.here("ada")["visits_here"] == 2
    assert dojo.here("ada")["days_here"] == 5


def test_a_mass_promotion_can_be_looked_at_before_it_is_done(dojo: Dojo) -> None:
    dojo.category()
    for name in ("ada", "alan", "grace"):
        dojo.assign(name)
    dojo.visits("ada", 0, 0, 0)
    dojo.visits("alan", 0, 0, 0, 0)
    dojo.visits("grace", 0)
    dojo.suite.mark()

    tried = dojo.call.promote_many(category_id=dojo.category_id)
    story_of_the_trial = dojo.suite.story
    done = dojo.call.promote_many(category_id=dojo.category_id, dry_run=False)

    def outcomes(found: Any) -> list[tuple[str, str, str]]:
        return sorted((r["person_name"], r["outcome"], r["next_rank_name"]) for r in found["rows"])

    assert outcomes(tried) == outcomes(done)
    assert outcomes(done) == [("ada", "promoted", "yellow"), ("alan", "promoted", "yellow")]
    assert story_of_the_trial == []
    assert dojo.suite.story == ["RankAwarded"] * 2
    assert [dojo.rank_of(name) for name in ("ada", "alan", "grace")] == [
        *("yellow", "yellow", "white")
    ]
    assert all(not said["tell_client"] for said in dojo.said("RankAwarded"))


def test_a_mass_promotion_of_more_than_it_takes_at_once_says_how_many_are_left(
    dojo: Dojo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.ranking.actions.moves.MOST_AT_ONCE", 2)
    dojo.category(ranks=[("white", {"visits": 1}), ("black", {})])
    for name in ("ada", "alan", "grace"):
        dojo.assign(name)
        dojo.visits(name, 0)

    found = [
        dojo.call.promote_many(category_id=dojo.category_id, dry_run=dry)
        for dry in (True, False, False, False)
    ]

    assert [(one["promoted"], one["left"]) for one in found] == [(2, 1), (2, 1), (1, 0), (0, 0)]


def test_a_mass_promotion_of_named_people_says_who_cannot_be(dojo: Dojo) -> None:
    dojo.category()
    dojo.assign("ada")
    dojo.assign("alan", "black")
    stranger, everybody = str(uuid4()), [dojo.person(name) for name in ("ada", "alan", "grace")]

    done = dojo.call.promote_many(
        category_id=dojo.category_id, person_ids=[*everybody, stranger], dry_run=False
    )

    outcomes = {row["person_id"]: row["outcome"] for row in done["rows"]}
    expected = ["promoted", "at_the_top", "not_ranked", "unknown"]
    assert [outcomes[one] for one in (*everybody, stranger)] == expected
    assert dojo.rank_of("ada") == "yellow"


# -- by visits ------------------------------------------------------------------------------------


@pytest.mark.rule("M3", "M16", "M21")
def test_visits_promote_automatically(dojo: Dojo) -> None:
    dojo.category(automatic=True)
    dojo.assign("ada")
    dojo.suite.advance(days=8)
    dojo.suite.mark()

    dojo.visits("ada", 1, 2)
    before = dojo.rank_of("ada")
    dojo.visits("ada", 5)

    assert before == "white"
    assert dojo.held("ada") == [("white", str(day(0))), ("yellow", str(day(5)))]
    assert dojo.suite.story == ["RankAwarded"]
    (said,) = dojo.said("RankAwarded")
    assert said["automatic"]
    assert (said["previous_rank_name"], said["rank_name"]) == ("white", "yellow")
    assert dojo.matches("ada")


@pytest.mark.rule("M33", "M35", "Mi3", "H7")
def test_a_visit_counts_by_the_day_its_class_starts(dojo: Dojo) -> None:
    dojo.category()
    dojo.suite.advance(hours=9)  # 19:00 in Rome
    dojo.assign("ada")

    dojo.visit("ada", -1, hour=23)  # booked now into a class of yesterday
    dojo.visit("ada", 0, hour=7)  # earlier today
    dojo.visit("ada", 1, hour=7)

    assert dojo.here("ada")["visits_here"] == 2


@pytest.mark.rule("M33", "H7")
def test_the_day_is_one_of_the_studios_time_zone(dojo: Dojo) -> None:
    dojo.activate(time_zone="Pacific/Auckland")
    dojo.category()
    dojo.suite.advance(hours=5)  # 3 March, 14:00 UTC, is 4 March, 03:00 in Auckland
    dojo.assign("ada")

    dojo.visit("ada", 0, hour=23, time_zone="Pacific/Auckland")
    dojo.visit("ada", 1, hour=0, time_zone="Pacific/Auckland")

    assert dojo.here("ada")["since"] == str(day(1))
    assert dojo.here("ada")["visits_here"] == 1


@pytest.mark.rule("M33")
def test_a_class_held_elsewhere_counts_by_the_day_it_is_where_the_studio_is(dojo: Dojo) -> None:
    dojo.category()
    dojo.assign("ada")

    dojo.visit("ada", -1, hour=20, time_zone="America/New_York")  # today, 02:00 in Rome
    dojo.visit("ada", 0, hour=8, time_zone="Pacific/Auckland")  # yesterday, 20:00 in Rome

    (counted,) = dojo.call.get_placement(placement_id=dojo.promote("ada"))["visits"]
    assert counted["day"] == str(day(0))


def test_visits_heard_of_before_the_studio_said_where_it_is_have_the_day_of_their_class(
    tmp_path: Path,
) -> None:
    with dojo_in(tmp_path) as dojo:
        dojo.visit("ada", 0, hour=1, time_zone="Pacific/Auckland")  # in UTC it is yesterday
        dojo.activate(time_zone="Pacific/Auckland")
        dojo.category()

        dojo.assign("ada", since=str(day(0)))

        assert dojo.here("ada")["visits_here"] == 1
        assert dojo.matches("ada")


@pytest.mark.rule("M34", "Mi2", "H7")
def test_every_placement_starts_the_count_anew(dojo: Dojo) -> None:
    dojo.category(automatic=True)
    dojo.assign("ada")
    dojo.suite.advance(days=8)

    dojo.visits("ada", 1, 2, 3, 5)

    assert dojo.rank_of("ada") == "yellow"
    assert dojo.here("ada")["visits_here"] == 1
    profile = dojo.call.get_profile(person_id=dojo.person("ada"))
    assert profile["lifetime_visits"] == 4
    dojo.promote("ada")
    assert dojo.here("ada")["visits_here"] == 0


@pytest.mark.rule("M20", "Mi4", "H8")
def test_where_both_are_asked_for_visits_alone_do_not_promote(dojo: Dojo) -> None:
    dojo.category(
        ranks=[("white", {"visits": 2, "tenure_days": 10}), ("black", {})], automatic=True
    )
    dojo.assign("ada")
    dojo.visits("ada", 0, 0, 0)

    dojo.pass_days(9)
    early = dojo.rank_of("ada")
    dojo.pass_days(1)

    assert early == "white"
    assert dojo.held("ada")[-1] == ("black", str(day(10)))


@pytest.mark.rule("Mi5")
def test_a_visit_taken_back_counts_no_longer(dojo: Dojo) -> None:
    dojo.category(automatic=True)
    dojo.assign("ada")
    booking_id = dojo.visit("ada", 0)

    dojo.visit("ada", 0, booking_id=booking_id, sequence=2, came=False)
    dojo.visits("ada", 0, 0)

    assert dojo.rank_of("ada") == "white"
    assert dojo.here("ada")["visits_here"] == 2


@pytest.mark.rule("M12", "Mi5", "H9")
def test_a_promotion_that_lost_a_visit_stays_and_is_flagged(dojo: Dojo) -> None:
    dojo.category(automatic=True)
    dojo.assign("ada")
    booking_id, *_ = dojo.visits("ada", 0, 0, 0)

    dojo.visit("ada", 0, booking_id=booking_id, sequence=2, came=False)

    assert dojo.rank_of("ada") == "yellow"
    assert dojo.row("ada", flagged=True)["automatic"]
    assert [row["lost"] for row in dojo.profile("ada")["history"]] == [1, 0]
    assert dojo.matches("ada")

    dojo.visit("ada", 0, booking_id=booking_id, sequence=3)

    assert dojo.row("ada", flagged=True) is None
    assert dojo.matches("ada")


def test_a_visit_lost_after_staff_moved_on_is_flagged_in_the_history(dojo: Dojo) -> None:
    dojo.category(automatic=True)
    dojo.assign("ada")
    booking_id, *_ = dojo.visits("ada", 0, 0, 0)
    dojo.promote("ada")

    dojo.visit("ada", 0, booking_id=booking_id, sequence=2, came=False)

    assert [row["lost"] for row in dojo.profile("ada")["history"]] == [0, 1, 0]
    assert not dojo.here("ada")["flagged"]


def test_a_taking_back_that_overtakes_its_visit_wins(dojo: Dojo) -> None:
    dojo.category(automatic=True)
    dojo.assign("ada")
    booking_id = uuid4()

    dojo.visit("ada", 0, booking_id=booking_id, sequence=2, came=False)
    dojo.visit("ada", 0, booking_id=booking_id, sequence=1)

    assert dojo.here("ada")["visits_here"] == 0


def test_a_late_visit_makes_a_promotion_earlier_and_is_not_told_again(dojo: Dojo) -> None:
    dojo.category(automatic=True)
    dojo.assign("ada")
    dojo.suite.advance(days=9)
    dojo.visits("ada", 1, 2, 6)
    dojo.suite.mark()

    dojo.visits("ada", 4)

    assert dojo.held("ada") == [("white", str(day(0))), ("yellow", str(day(4)))]
    assert dojo.here("ada")["visits_here"] == 1
    assert dojo.suite.story == []
    assert dojo.matches("ada")


def test_visits_heard_as_one_batch_promote_as_they_do_one_by_one(dojo: Dojo) -> None:
    dojo.category(automatic=True)
    for name in ("ada", "alan"):
        dojo.assign(name)
    facts = [
        dojo.visit_fact(name, 0, booking_id=uuid4()) for name in ("ada", "alan") for _ in range(4)
    ]

    dojo.tell_together(facts)

    for name in ("ada", "alan"):
        assert (dojo.rank_of(name), dojo.here(name)["visits_here"]) == ("yellow", 1)
        assert dojo.matches(name)


def test_one_visit_counts_in_every_category(dojo: Dojo) -> None:
    dojo.category("Judo", automatic=True)
    dojo.assign("ada")
    dojo.category("Karate", ranks=[("white", {"visits": 2}), ("black", {})])
    dojo.assign("ada")

    dojo.visits("ada", 0, 0, 0)

    found = dojo.call.report_ranks()["rows"]
    assert [(r["category_name"], r["rank_name"], r["eligible"]) for r in found] == [
        ("Judo", "yellow", False),
        ("Karate", "white", True),
    ]
    assert dojo.matches("ada")


def test_visits_heard_of_before_their_person_count(dojo: Dojo) -> None:
    dojo.category()
    dojo.people["ada"] = str(uuid4())
    dojo.visits("ada", 0, 0)
    with pytest.raises(PersonNotFound):
        dojo.assign("ada")

    del dojo.people["ada"]
    dojo.person("ada")
    dojo.assign("ada")

    assert dojo.rank_of("ada") == "white"


# -- by time --------------------------------------------------------------------------------------


@pytest.mark.rule("M4", "M20")
def test_time_at_a_rank_promotes_automatically(dojo: Dojo) -> None:
    ranks = [("white", {"tenure_days": 30}), ("yellow", {"tenure_days": 60}), ("black", {})]
    dojo.category(ranks=ranks, automatic=True)
    dojo.assign("ada")

    dojo.pass_days(29)
    early = dojo.rank_of("ada")
    dojo.pass_days(1)
    on_the_day = dojo.rank_of("ada")
    dojo.pass_days(70)  # the timer was late by ten days

    assert (early, on_the_day) == ("white", "yellow")
    assert dojo.held("ada")[1:] == [("yellow", str(day(30))), ("black", str(day(90)))]
    assert dojo.matches("ada")


@pytest.mark.rule("M4", "M20")
def test_time_may_be_asked_for_in_the_whole_category(dojo: Dojo) -> None:
    in_all = {"tenure_in": "category"}
    ranks = [("white", {"tenure_days": 30} | in_all), ("yellow", {"tenure_days": 60} | in_all)]
    dojo.category(ranks=[*ranks, ("black", {})], automatic=True)
    dojo.assign("ada")

    dojo.pass_days(75)

    assert dojo.held("ada")[1:] == [("yellow", str(day(30))), ("black", str(day(60)))]


def test_the_timer_looks_only_at_those_whose_time_has_come(dojo: Dojo) -> None:
    dojo.category(ranks=[("white", {"tenure_days": 30}), ("black", {})], automatic=True)
    dojo.assign("ada")
    dojo.suite.run_woken()
    dojo.suite.advance(days=10)
    dojo.assign("alan")
    with dojo.suite.sql("ranking") as sql:
        before = dict(sql.exec_driver_sql("SELECT name, entries FROM people").all())

    dojo.pass_days(20)

    with dojo.suite.sql("ranking") as sql:
        after = dict(sql.exec_driver_sql("SELECT name, entries FROM people").all())
    assert {name: after[name] - before[name] for name in after} == {"ada": 1, "alan": 0}


def test_the_timer_gets_through_more_than_it_takes_at_once(dojo: Dojo) -> None:
    dojo.category(ranks=[("white", {"tenure_days": 1}), ("black", {})], automatic=True)
    for number in range(205):
        dojo.assign(f"person {number}")

    dojo.pass_days(1)
    dojo.suite.run_woken()

    assert dojo.call.report_ranks(rank_id=dojo.ranks["black"])["total"] == 205


# -- told -----------------------------------------------------------------------------------------


@pytest.mark.rule("M21", "M22")
def test_where_the_category_only_tells_criteria_met_are_told_and_promote_nobody(
    dojo: Dojo,
) -> None:
    dojo.category(notices=True, staff_roles=["admin", "operator"])
    dojo.assign("ada")
    dojo.suite.mark()

    dojo.visits("ada", 0, 0, 0, 0)

    assert dojo.rank_of("ada") == "white"
    assert dojo.here("ada")["eligible"]
    assert dojo.suite.story == ["PromotionEarned"]
    (said,) = dojo.said("PromotionEarned")
    assert [said[f"tell_{whom}"] for whom in ("admins", "operators", "client")] == [True] * 3
    assert (said["rank_name"], said["next_rank_name"], said["visits"]) == ("white", "yellow", 3)
    assert (said["person_name"], said["term_en"]) == ("ada", "Belt Tracking")


@pytest.mark.rule("M17")
@pytest.mark.parametrize("roles", [[], ["admin"], ["operator"], ["operator", "admin"]])
@pytest.mark.parametrize("client", [True, False])
def test_those_are_named_whom_the_category_tells(
    dojo: Dojo,
    roles: list[str],
    client: bool,  # noqa: FBT001 - drawn
) -> None:
    dojo.category(notices=True, staff_roles=roles, tell_client=client)
    dojo.assign("ada")

    dojo.visits("ada", 0, 0, 0)

    said = dojo.said("PromotionEarned")
    assert len(said) == (1 if roles or client else 0)
    for one in said:
        assert one["tell_admins"] == ("admin" in roles)
        assert one["tell_operators"] == ("operator" in roles)
        assert one["tell_client"] == client


@pytest.mark.rule("Mi1")
def test_a_category_with_its_notices_off_tells_nobody(dojo: Dojo) -> None:
    dojo.category(notices=False)
    dojo.assign("ada")
    dojo.suite.mark()

    dojo.visits("ada", 0, 0, 0)
    dojo.pass_days(1)

    assert dojo.here("ada")["eligible"]
    assert dojo.suite.story == []

    dojo.call.change_category(category_id=dojo.category_id, automatic=True)
    dojo.visits("ada", 1, 1, 1)

    awards = dojo.said("RankAwarded")
    assert awards
    for said in awards:
        assert not any(said[f"tell_{whom}"] for whom in ("admins", "operators", "client"))


def test_those_who_were_ready_before_notices_came_on_are_told_then(dojo: Dojo) -> None:
    dojo.category(notices=False)
    dojo.assign("ada")
    dojo.visits("ada", 0, 0, 0)

    dojo.call.change_category(category_id=dojo.category_id, notices=True)
    dojo.suite.run_woken()
    dojo.suite.run_woken()

    assert len(dojo.said("PromotionEarned")) == 1


def test_time_makes_people_ready_and_that_is_told_on_the_day(dojo: Dojo) -> None:
    dojo.category(ranks=[("white", {"tenure_days": 3}), ("black", {})], notices=True)
    dojo.assign("ada")

    told = []
    for _ in range(5):
        dojo.pass_days(1)
        told.append(len(dojo.said("PromotionEarned")))

    assert told == [0, 0, 1, 1, 1]


def test_who_is_ready_again_is_told_again(dojo: Dojo) -> None:
    dojo.category(notices=True)
    dojo.assign("ada")
    booking_id, *_ = dojo.visits("ada", 0, 0, 0)

    dojo.visit("ada", 0, booking_id=booking_id, sequence=2, came=False)
    ready_between = dojo.here("ada")["eligible"]
    dojo.visit("ada", 0)

    assert not ready_between
    assert len(dojo.said("PromotionEarned")) == 2


# -- rules that change ----------------------------------------------------------------------------


@pytest.mark.rule("M19", "H12")
def test_a_placement_keeps_the_criteria_and_visits_it_rests_on(dojo: Dojo) -> None:
    dojo.category(automatic=True)
    dojo.assign("ada")
    bookings = dojo.visits("ada", 0, 0, 0)
    placement_id = dojo.here("ada")["placement_id"]

    dojo.call.change_rank(rank_id=dojo.ranks["white"], visits=50)
    dojo.suite.run_woken()

    found = dojo.call.get_placement(placement_id=placement_id)
    assert dojo.rank_of("ada") == "yellow"
    assert found["criteria"] == {"visits": 3, "tenure_days": None, "tenure_in": "rank"}
    assert {one["booking_id"] for one in found["visits"]} == {str(one) for one in bookings}
    assert found["version"] == 4
    with pytest.raises(PlacementNotFound):
        dojo.call.get_placement(placement_id=uuid4())


def test_a_promotion_by_hand_keeps_the_visits_that_counted_before(dojo: Dojo) -> None:
    dojo.category()
    dojo.assign("ada")
    dojo.visits("ada", -1, 0, 0)

    placement_id = dojo.promote("ada")

    found = dojo.call.get_placement(placement_id=placement_id)
    assert len(found["visits"]) == 2
    assert found["criteria"]["visits"] == 3


def test_easier_criteria_promote_from_the_day_they_hold(dojo: Dojo) -> None:
    dojo.category(ranks=[("white", {"visits": 9}), ("yellow", {"visits": 2}), ("black", {})])
    dojo.call.change_category(category_id=dojo.category_id, automatic=True)
    dojo.assign("ada")
    dojo.suite.advance(days=5)
    dojo.visits("ada", 1, 2, 3)

    dojo.call.change_rank(rank_id=dojo.ranks["white"], visits=2)
    dojo.suite.run_woken()

    assert dojo.held("ada")[-1] == ("yellow", str(day(5)))
    assert dojo.here("ada")["visits_here"] == 0
    assert dojo.matches("ada")


@pytest.mark.rule("M16", "M21")
def test_a_category_that_begins_to_promote_does_so_from_that_day_on(dojo: Dojo) -> None:
    dojo.category()
    dojo.assign("ada")
    dojo.suite.advance(days=8)
    dojo.visits("ada", 1, 2, 3)

    dojo.call.change_category(category_id=dojo.category_id, automatic=True)
    dojo.suite.run_woken()

    assert dojo.held("ada")[-1] == ("yellow", str(day(8)))
    assert dojo.matches("ada")


def test_nobody_is_told_of_what_staff_do_by_hand(dojo: Dojo) -> None:
    dojo.category(notices=True, staff_roles=["admin", "operator"])

    dojo.assign("ada")
    dojo.promote("ada")
    dojo.demote("ada")

    awards = dojo.said("RankAwarded")
    assert [said["how"] for said in awards] == ["assigned", "promoted", "demoted"]
    for said in awards:
        assert not any(said[f"tell_{whom}"] for whom in ("admins", "operators", "client"))


def test_a_new_highest_rank_gives_those_at_the_top_a_way_on(dojo: Dojo) -> None:
    dojo.category(ranks=[("white", {"visits": 1}), ("black", {"visits": 1})], automatic=True)
    dojo.assign("ada", "black")
    dojo.visits("ada", 0)
    dojo.suite.advance(days=2)

    dojo.rank("red")
    dojo.suite.run_woken()

    assert dojo.held("ada")[-1] == ("red", str(day(2)))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.integers(0, 9), max_size=9), st.randoms(use_true_random=False))
def test_visits_heard_in_any_order_and_twice_lead_to_the_same_placements(
    dojo: Dojo, days: list[int], rng: random.Random
) -> None:
    if not dojo.category_id:
        ranks = [("a", {"visits": 2}), ("b", {"visits": 1, "tenure_days": 3}), ("c", {"visits": 2})]
        dojo.category(ranks=[*ranks, ("d", {})], automatic=True)
    one, two = (f"person {len(dojo.people) + number}" for number in range(2))
    start = (dojo.suite.now() - MORNING).days
    dojo.assign(one)
    dojo.assign(two)
    dojo.suite.advance(days=10)

    for on in sorted(days):
        dojo.visit(one, start + on)
    bookings = [(start + on, uuid4()) for on in days]
    for on, booking_id in rng.sample(bookings * 2, len(bookings) * 2):
        dojo.visit(two, on, booking_id=booking_id, times=rng.randint(1, 2))
    dojo.suite.tick("ranking.watch_tenure")

    assert dojo.held(one) == dojo.held(two)
    assert dojo.here(one)["visits_here"] == dojo.here(two)["visits_here"]
    assert dojo.matches(one)
    assert dojo.matches(two)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_whatever_happens_the_journal_leads_to_what_is_kept(
    dojo: Dojo, data: st.DataObject
) -> None:
    if not dojo.category_id:
        ranks = [("a", {"visits": 2}), ("b", {"visits": 1, "tenure_days": 3}), ("c", {"visits": 2})]
        dojo.category("One", ranks=[*ranks, ("d", {})], automatic=True)
        dojo.suite.advance(days=40)
    name = f"person {len(dojo.people)}"
    now = (dojo.suite.now() - MORNING).days
    dojo.assign(name)
    heard: dict[UUID, tuple[int, int]] = {}
    for _ in range(data.draw(st.integers(0, 12))):
        match data.draw(
            st.sampled_from(["visit", "visit", "visit", "again", "back", "move", "day"])
        ):
            case "visit":
                on = now + data.draw(st.integers(-3, 2))
                heard[dojo.visit(name, on, data.draw(st.integers(6, 22)))] = (on, 1)
            case "again" | "back" as how if heard:
                booking_id = data.draw(st.sampled_from(sorted(heard, key=str)))
                on, sequence = heard[booking_id]
                heard[booking_id] = (on, sequence + 1)
                came = how == "again"
                dojo.visit(name, on, booking_id=booking_id, sequence=sequence + 1, came=came)
            case "move":
                ways = dojo.profile(name)
                if ways["demote"]:
                    dojo.demote(name)
                else:
                    dojo.promote(name)
            case "day":
                dojo.pass_days(1)
                now += 1
            case _:
                visits = data.draw(st.integers(1, 4))
                dojo.call.change_rank(rank_id=dojo.ranks["a"], visits=visits)
                dojo.suite.run_woken()

    assert dojo.matches(name)
