"""The rules of ranks, for every visit and every day."""

import random
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ranking.domain import (
    Criteria,
    Entry,
    How,
    Ladder,
    Mark,
    Move,
    Placement,
    Rules,
    Scheme,
    Step,
    TenureIn,
    Visit,
    arranged,
    changed_step,
    local_day,
    qualified,
    replay,
    settle,
    united,
)

NAMES = UUID(int=7)
START = date(2031, 3, 3)
END = START + timedelta(days=60)
RANKS = [uuid5(NAMES, f"rank {number}") for number in range(4)]
BASE = Placement(uuid5(NAMES, "base"), RANKS[0], How.ASSIGNED, START)


def day(offset: int) -> date:
    return START + timedelta(days=offset)


def visit(number: int, offset: int, hour: int = 10) -> Visit:
    starts_at = datetime.combine(day(offset), time(hour), UTC)
    return Visit(day(offset), starts_at, uuid5(NAMES, f"visit {number}"))


def ladder(
    visits: object,
    scheme: Scheme,
    *,
    stored: Ladder | None = None,
    today: date = END,
    base: Placement = BASE,
) -> Ladder:
    return settle(
        stored.placements if stored else [base],
        list(visits),  # type: ignore[call-overload]
        scheme,
        entered=base.since,
        active_since=START,
        today=today,
    )


criteria = st.builds(
    Criteria,
    visits=st.none() | st.integers(1, 4),
    tenure_days=st.none() | st.integers(1, 20),
    tenure_in=st.sampled_from(TenureIn),
)


def scheme_of(*asked: Criteria, automatic: bool = True, since: date = START) -> Scheme:
    steps = tuple(Step(rank, one, since) for rank, one in zip(RANKS, asked, strict=False))
    return Scheme(1, automatic, steps)


schemes = st.lists(criteria, min_size=4, max_size=4).map(lambda asked: scheme_of(*asked))
offsets = st.lists(st.integers(-3, 40), max_size=14)


def visits_on(days: list[int]) -> list[Visit]:
    return [visit(number, offset, 8 + number % 12) for number, offset in enumerate(days)]


@given(offsets, schemes, st.randoms(use_true_random=False))
def test_the_order_visits_are_given_in_makes_no_difference(
    days: list[int], scheme: Scheme, rng: random.Random
) -> None:
    visits = visits_on(days)

    shuffled = rng.sample(visits, len(visits))

    assert ladder(shuffled, scheme) == ladder(visits, scheme)


@given(offsets, schemes, st.randoms(use_true_random=False))
def test_hearing_of_visits_one_by_one_in_any_order_and_twice_ends_where_hearing_all_at_once_does(
    days: list[int], scheme: Scheme, rng: random.Random
) -> None:
    visits = visits_on(days)
    known: set[Visit] = set()
    far = ladder([], scheme, today=START)

    for one in rng.sample(visits * 2, len(visits) * 2):
        known.add(one)
        today = day(rng.randint(0, 60))  # what is heard late, and what a slow clock does
        far = ladder(known, scheme, stored=far, today=today)
    far = ladder(known, scheme, stored=far)

    assert far == ladder(visits, scheme)


@given(offsets, st.integers(0, 40), schemes)
def test_one_more_visit_never_takes_a_promotion_away_or_makes_it_later(
    days: list[int], late: int, scheme: Scheme
) -> None:
    visits = visits_on(days)

    before = ladder(visits, scheme).placements
    after = ladder([*visits, visit(99, late)], scheme).placements

    assert [one.rank_id for one in after[: len(before)]] == [one.rank_id for one in before]
    assert all(a.since <= b.since for a, b in zip(after, before, strict=False))


@pytest.mark.rule("Mi5")
@given(offsets, schemes, st.integers(0, 13))
def test_taking_a_visit_back_takes_no_rank_away_and_moves_no_day_back(
    days: list[int], scheme: Scheme, gone: int
) -> None:
    visits = visits_on(days)
    before = ladder(visits, scheme)

    left = [one for number, one in enumerate(visits) if number != gone]
    after = ladder(left, scheme, stored=before)

    kept = [(one.rank_id, one.since) for one in before.placements]
    assert [(one.rank_id, one.since) for one in after.placements] == kept


@pytest.mark.rule("Mi5")
def test_a_promotion_that_lost_a_visit_keeps_its_day_though_a_later_visit_would_do() -> None:
    scheme = scheme_of(Criteria(visits=2), Criteria(visits=5), Criteria(visits=1))
    visits = [visit(1, 1), visit(2, 2), visit(3, 5)]
    before = ladder(visits, scheme)

    after = ladder(visits[1:], scheme, stored=before)

    assert after.placements == before.placements
    assert after.standing.counted == 1  # the later visit counts at the rank it was made at


@given(offsets, schemes)
def test_where_nothing_was_taken_back_settling_again_changes_nothing(
    days: list[int], scheme: Scheme
) -> None:
    visits = visits_on(days)
    once = ladder(visits, scheme)

    assert ladder(visits, scheme, stored=once) == once


@pytest.mark.rule("M16", "M34", "Mi2", "H11")
@given(offsets, schemes)
def test_every_promotion_goes_one_rank_up_with_a_count_of_its_own(
    days: list[int], scheme: Scheme
) -> None:
    placements = ladder(visits_on(days), scheme).placements

    assert [one.rank_id for one in placements] == RANKS[: len(placements)]
    used = [booking for one in placements if one.earned for booking in one.earned.visits]
    assert len(used) == len(set(used))
    for one, step in zip(placements[1:], scheme.steps, strict=False):
        assert one.earned is not None
        assert len(one.earned.visits) == (step.criteria.visits or 0)


@pytest.mark.rule("M33")
@given(offsets, schemes)
def test_only_visits_from_the_day_of_the_placement_on_count(
    days: list[int], scheme: Scheme
) -> None:
    visits = visits_on(days)
    found = ladder(visits, scheme)
    day_of = {one.booking_id: one.day for one in visits}

    for held, then in zip(found.placements, found.placements[1:], strict=False):
        assert then.earned is not None
        assert all(held.since <= day_of[one] <= then.since for one in then.earned.visits)
    assert found.standing.counted <= sum(one.day >= found.placements[-1].since for one in visits)


@pytest.mark.rule("M35")
@given(st.lists(st.integers(-40, -1), max_size=9), offsets, schemes)
def test_visits_before_the_placement_make_no_difference(
    past: list[int], days: list[int], scheme: Scheme
) -> None:
    older = [visit(100 + number, offset) for number, offset in enumerate(past)]

    assert ladder([*older, *visits_on(days)], scheme) == ladder(visits_on(days), scheme)


@pytest.mark.rule("M33", "Mi3")
@given(st.integers(0, 23))
def test_every_hour_of_the_day_of_the_placement_counts(hour: int) -> None:
    found = ladder([visit(1, 0, hour)], scheme_of(Criteria(visits=5), Criteria()))

    assert found.standing.counted == 1


@pytest.mark.rule("M20", "Mi4", "H8")
@given(
    offsets.filter(lambda days: all(one >= 0 for one in days)),
    st.integers(1, 5),
    st.integers(1, 30),
    st.sampled_from(TenureIn),
)
def test_where_visits_and_time_are_asked_for_both_must_be_met(
    days: list[int], wanted: int, tenure: int, tenure_in: TenureIn
) -> None:
    visits = sorted(visits_on(days))
    asked = {"since": START, "entered": START, "not_before": START}

    met = qualified(Criteria(wanted, tenure, tenure_in), visits, **asked)

    if len(visits) < wanted:
        assert met is None
    else:
        assert met == (
            max(visits[wanted - 1].day, day(tenure)),
            tuple(one.booking_id for one in visits[:wanted]),
        )


@pytest.mark.rule("M4", "M20")
@given(st.integers(1, 30), st.integers(0, 30))
def test_time_is_spent_at_the_rank_or_in_the_category(tenure: int, earlier: int) -> None:
    asked = {"since": day(earlier), "entered": START, "not_before": START}

    at_rank = qualified(Criteria(None, tenure), [], **asked)
    in_category = qualified(Criteria(None, tenure, TenureIn.CATEGORY), [], **asked)

    assert at_rank == (day(earlier + tenure), ())
    assert in_category == (day(max(earlier, tenure)), ())


@given(offsets, schemes, st.integers(0, 60))
def test_nothing_takes_effect_in_the_future(days: list[int], scheme: Scheme, now: int) -> None:
    found = ladder(visits_on(days), scheme, today=day(now))

    assert all(one.since <= day(now) for one in found.placements)


@given(offsets, schemes, st.integers(1, 40))
def test_nothing_takes_effect_before_the_criteria_did(
    days: list[int], scheme: Scheme, since: int
) -> None:
    later = scheme_of(*(step.criteria for step in scheme.steps), since=day(since))

    placements = ladder(visits_on(days), later).placements

    assert all(one.since >= day(since) for one in placements[1:])


@pytest.mark.rule("M21", "M22")
@given(offsets, schemes)
def test_where_the_category_only_tells_nobody_is_promoted(days: list[int], scheme: Scheme) -> None:
    telling = Scheme(1, automatic=False, steps=scheme.steps)
    climbed = ladder(visits_on(days), scheme).placements

    found = ladder(visits_on(days), telling)

    assert len(found.placements) == 1
    assert found.standing.eligible(END) == (len(climbed) > 1)


@pytest.mark.rule("M23")
@given(offsets)
def test_a_rank_without_criteria_is_left_by_hand_only(days: list[int]) -> None:
    found = ladder(visits_on(days), scheme_of(Criteria(), Criteria(), Criteria()))

    assert found.placements == (BASE,)
    assert not found.standing.eligible(END)


@pytest.mark.rule("M18", "H11")
@given(offsets, criteria)
def test_the_highest_rank_has_no_next(days: list[int], asked: Criteria) -> None:
    top = Placement(BASE.placement_id, RANKS[0], How.PROMOTED, START)

    found = ladder(visits_on(days), scheme_of(asked), base=top)

    assert found.placements == (top,)
    assert found.standing.due is None


@given(offsets, schemes, st.integers(0, 20))
def test_the_journal_leads_to_the_same_placements(
    days: list[int], scheme: Scheme, moved: int
) -> None:
    category, rules = uuid5(NAMES, "karate"), Rules(1, automatic=True, active_since=START)
    by_hand = Placement(uuid5(NAMES, "moved"), RANKS[1], How.DEMOTED, day(moved))
    entries = [Entry(START, {category: rules}, move=Move(category, BASE))]
    far, known, kept = ladder([], scheme, today=START), list[Visit](), list[Placement]()

    for number, one in enumerate(visits_on(days)):
        if number == 3:
            kept, far = list(far.placements), Ladder((by_hand,), far.standing)
            far = settle([by_hand], known, scheme, entered=START, active_since=START, today=END)
            entries.append(Entry(END, {category: rules}, move=Move(category, by_hand)))
        known.append(one)
        far = settle(far.placements, known, scheme, entered=START, active_since=START, today=END)
        entries.append(Entry(END, {category: rules}, Mark(one.booking_id, one)))

    told = replay(NAMES, {NAMES: entries}, {(category, 1): scheme})
    assert told.history[category] == [*kept, *far.placements]
    assert told.standings[category] == far.standing


@given(st.datetimes(), st.sampled_from(["Europe/Rome", "Pacific/Auckland", "America/Lima"]))
def test_a_day_is_the_studios_own(naive: datetime, zone: str) -> None:
    if not date(1950, 1, 1) < naive.date() < date(2100, 1, 1):
        return
    local = naive.replace(tzinfo=ZoneInfo(zone))

    assert (
        local_day(local.astimezone(UTC), zone)
        == local.astimezone(UTC).astimezone(ZoneInfo(zone)).date()
    )


@given(criteria, criteria, st.booleans())
def test_criteria_hold_from_the_day_they_differ(
    old: Criteria,
    new: Criteria,
    restart: bool,  # noqa: FBT001 - drawn
) -> None:
    step = Step(RANKS[0], old, START)

    changed = changed_step(step, new, restart=restart, today=day(9))

    assert changed.criteria == new
    assert changed.since == (START if old == new and not restart else day(9))


@given(st.permutations(RANKS))
def test_arranging_keeps_every_rank(order: list[UUID]) -> None:
    steps = scheme_of(*[Criteria(visits=1)] * 4).steps

    assert [step.rank_id for step in arranged(steps, order)] == order
    with pytest.raises(ValueError, match="named once"):
        arranged(steps, order[1:])


@given(st.integers(0, 3))
def test_the_ways_up_and_down_are_all_other_ranks_the_nearest_first(place: int) -> None:
    scheme = scheme_of(*[Criteria()] * 4)

    assert list(scheme.above(RANKS[place])) == RANKS[place + 1 :]
    assert list(scheme.below(RANKS[place])) == RANKS[:place][::-1]


@given(st.lists(st.integers(0, 3), min_size=1, max_size=4), st.lists(st.integers(0, 3), max_size=4))
def test_two_histories_become_one_in_which_nobody_falls_behind(
    mine: list[int], theirs: list[int]
) -> None:
    scheme = scheme_of(*[Criteria()] * 4)
    one, other = (
        [
            Placement(uuid5(NAMES, f"{name} {number}"), RANKS[rank], How.PROMOTED, day(number))
            for number, rank in enumerate(ranks)
        ]
        for name, ranks in (("mine", mine), ("theirs", theirs))
    )

    whole = united(one, other, scheme)

    assert sorted(placed.placement_id for placed in whole) == sorted(
        placed.placement_id for placed in one + other
    )
    assert RANKS.index(whole[-1].rank_id) == max(mine[-1], theirs[-1] if theirs else 0)
    assert [placed for placed in whole if placed in one] == one
    assert [placed for placed in whole if placed in other] == other
