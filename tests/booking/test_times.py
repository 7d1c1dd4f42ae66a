"""When spots and recurring sessions start, over both changes of the clock."""

# ruff: noqa: DTZ001 - a clock on a wall has no offset

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.booking.actions.recurrence import check_rule, occurrences
from services.booking.domain import first_starts, from_the_wall, on_the_wall, spot_starts
from shared.contracts.errors import InvalidRequest

ROME = "Europe/Rome"
ZONES = st.sampled_from(
    [ROME, "UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]
)
instants = st.datetimes(datetime(2020, 1, 1), datetime(2039, 12, 31), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)
lengths = st.integers(1, 600).map(lambda minutes: timedelta(minutes=minutes))
pauses = st.integers(0, 120).map(lambda minutes: timedelta(minutes=minutes))


def rome(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(ROME))


def clocks(starts: list[datetime], zone: str = ROME) -> list[str]:
    return [on_the_wall(start, zone).strftime("%d %H:%M") for start in starts]


@pytest.mark.rule("B38", "B39", "B40", "Bi2")
@given(instants, st.integers(0, 40), lengths, pauses)
def test_spot_k_starts_k_durations_and_breaks_after_the_first(
    first: datetime, spots: int, duration: timedelta, pause: timedelta
) -> None:
    starts = spot_starts(first, spots, duration, pause, same_time=False)

    assert starts == [first + k * (duration + pause) for k in range(spots)]
    ends = [start + duration for start in starts]
    assert [b - a for a, b in zip(ends, starts[1:], strict=False)] == [pause] * max(0, spots - 1)


@pytest.mark.rule("B42", "Bi3")
@given(instants, st.integers(0, 40), lengths, pauses)
def test_spots_at_the_same_time_share_one_start_whatever_the_break(
    first: datetime, spots: int, duration: timedelta, pause: timedelta
) -> None:
    assert spot_starts(first, spots, duration, pause, same_time=True) == [first] * spots


@pytest.mark.rule("Bi2")
def test_spots_go_on_across_midnight() -> None:
    starts = spot_starts(
        rome(2031, 5, 10, 22, 30), 4, timedelta(minutes=40), timedelta(minutes=5), same_time=False
    )

    assert clocks(starts) == ["10 22:30", "10 23:15", "11 00:00", "11 00:45"]


@pytest.mark.rule("Bi2")
def test_spots_neither_overlap_nor_gape_in_the_night_the_clock_skips_an_hour() -> None:
    starts = spot_starts(
        rome(2031, 3, 30, 1, 0), 4, timedelta(minutes=25), timedelta(minutes=5), same_time=False
    )

    assert clocks(starts) == ["30 01:00", "30 01:30", "30 03:00", "30 03:30"]


@pytest.mark.rule("Bi2")
def test_spots_neither_overlap_nor_gape_in_the_night_the_clock_shows_an_hour_twice() -> None:
    starts = spot_starts(
        rome(2031, 10, 26, 1, 30), 5, timedelta(minutes=30), timedelta(0), same_time=False
    )

    assert clocks(starts) == ["26 01:30", "26 02:00", "26 02:30", "26 02:00", "26 02:30"]
    assert len(set(starts)) == 5


@pytest.mark.rule("B35", "B41")
def test_other_days_begin_at_the_same_time_of_day_on_both_sides_of_a_change_of_clock() -> None:
    days = [date(2031, 3, 31), date(2031, 10, 25), date(2031, 10, 27), date(2031, 3, 29)]

    starts = first_starts(rome(2031, 3, 29, 10), days, ROME)

    assert clocks(starts) == ["29 10:00", "31 10:00", "25 10:00", "27 10:00"]
    assert {start.hour for start in starts} == {8, 9}  # UTC


@given(instants, st.lists(st.dates(date(2020, 1, 1), date(2039, 12, 31)), max_size=8), ZONES)
def test_every_day_named_has_one_run_and_the_first_day_no_second(
    first: datetime, days: list[date], zone: str
) -> None:
    starts = first_starts(first, days, zone)

    assert starts[0] == first
    assert len(starts) == len({on_the_wall(first, zone).date(), *days})


@given(st.datetimes(datetime(2020, 1, 1), datetime(2039, 12, 31)), ZONES)
def test_the_wall_shows_what_was_asked_for_or_skips_it(wall: datetime, zone: str) -> None:
    shown = on_the_wall(from_the_wall(wall, zone), zone)

    assert shown == wall or timedelta(0) < shown - wall <= timedelta(days=1)


def test_a_time_the_clock_skips_is_as_much_later_and_of_two_the_first_is_meant() -> None:
    skipped = from_the_wall(datetime(2031, 3, 30, 2, 30), ROME)
    twice = from_the_wall(datetime(2031, 10, 26, 2, 30), ROME)

    assert skipped == datetime(2031, 3, 30, 1, 30, tzinfo=UTC)
    assert on_the_wall(skipped, ROME) == datetime(2031, 3, 30, 3, 30)
    assert twice == datetime(2031, 10, 26, 0, 30, tzinfo=UTC)


# -- recurrence -------------------------------------------------------------------------------

FIRST = datetime(2031, 3, 24, 18, 30)  # a Monday, the week before the clock skips an hour


def given_by(rule: str, *, after: date | None = None, through: date) -> list[datetime]:
    return [at for _, at in occurrences(rule, FIRST, ROME, after=after, through=through)]


@pytest.mark.rule("Q6")
def test_a_weekly_class_is_at_the_same_time_of_day_in_summer_and_in_winter() -> None:
    spring = given_by("FREQ=WEEKLY", through=date(2031, 4, 7))
    autumn = given_by("FREQ=WEEKLY", after=date(2031, 10, 19), through=date(2031, 10, 28))

    assert clocks(spring) == ["24 18:30", "31 18:30", "07 18:30"]
    assert [at.hour for at in spring] == [17, 16, 16]
    assert clocks(autumn) == ["20 18:30", "27 18:30"]
    assert [at.hour for at in autumn] == [16, 17]


@pytest.mark.rule("Q6")
@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,TH", ["24", "27", "31", "03"]),
        ("RRULE:FREQ=DAILY;INTERVAL=4", ["24", "28", "01"]),
        ("freq=daily;count=3", ["24", "25", "26"]),
        ("FREQ=DAILY;UNTIL=20310325", ["24", "25"]),
        ("FREQ=DAILY;UNTIL=20310326T235959Z", ["24", "25", "26"]),
        ("FREQ=MONTHLY;BYDAY=-2MO", ["24"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;WKST=SU", ["24"]),
    ],
)
def test_a_rule_gives_the_days_of_rfc_5545(rule: str, days: list[str]) -> None:
    check_rule(rule, FIRST, ROME)

    found = given_by(rule, through=date(2031, 4, 3))

    assert [clock[:2] for clock in clocks(found)] == days


@pytest.mark.rule("Q6")
@pytest.mark.parametrize(
    ("zone", "until", "days"),
    [
        ("Asia/Tokyo", "20310326T093000Z", ["24", "25", "26"]),  # the last one starts then
        ("Asia/Tokyo", "20310326T092959Z", ["24", "25"]),
        ("Asia/Tokyo", "20310326T145959Z", ["24", "25", "26"]),  # the end of that day in Tokyo
        ("America/New_York", "20310327T035959Z", ["24", "25", "26"]),  # and in New York
        ("America/New_York", "20310326T183000", ["24", "25", "26"]),  # on the wall there
        ("America/New_York", "20310326", ["24", "25", "26"]),
        ("Asia/Tokyo", "99991231T235959Z", ["24", "25", "26", "27", "28", "29", "30", "31"]),
    ],
)
def test_a_rule_ends_at_the_instant_it_names(zone: str, until: str, days: list[str]) -> None:
    rule = f"FREQ=DAILY;UNTIL={until}"
    check_rule(rule, FIRST, zone)

    found = occurrences(rule, FIRST, zone, after=None, through=date(2031, 3, 31))

    assert [f"{wall:%d}" for wall, _ in found] == days


@given(
    st.sampled_from(["DAILY", "WEEKLY"]),
    st.integers(1, 9),
    st.lists(st.integers(1, 60), min_size=1, max_size=6),
)
def test_made_in_pieces_or_at_once_the_sessions_are_the_same(
    freq: str, interval: int, steps: list[int]
) -> None:
    rule = f"FREQ={freq};INTERVAL={interval}"
    pieces: list[datetime] = []
    after, through = None, FIRST.date()
    for step in steps:
        pieces += given_by(rule, after=after, through=through)
        after, through = through, through + timedelta(days=step)

    assert after is not None
    assert pieces == given_by(rule, through=after)


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ("every Monday", "rule: EVERY MONDAY is no part"),
        ("FREQ=HOURLY", "rule: FREQ must be"),
        ("BYDAY=MO", "rule: FREQ must be"),
        ("FREQ=WEEKLY;BYHOUR=1,2,3", "rule: BYHOUR is not taken with FREQ=WEEKLY"),
        ("FREQ=DAILY;BYDAY=MO", "rule: BYDAY is not taken with FREQ=DAILY"),
        ("FREQ=WEEKLY;BYDAY=XX", "rule: Must be a rule of RFC 5545"),
        ("FREQ=WEEKLY;INTERVAL=0", "rule: INTERVAL must be a whole number from 1 to 100"),
        ("FREQ=WEEKLY;INTERVAL=-1", "rule: INTERVAL must be"),
        ("FREQ=WEEKLY;COUNT=1001", "rule: COUNT must be a whole number from 1 to 1000"),
        ("FREQ=WEEKLY;COUNT=2;UNTIL=20310401", "rule: COUNT and UNTIL exclude"),
        ("FREQ=WEEKLY;UNTIL=soon", "rule: UNTIL must be a day like 20310401"),
        ("FREQ=DAILY;UNTIL=28", "rule: UNTIL must be a day"),
        ("FREQ=DAILY;UNTIL=2031-03-28", "rule: UNTIL must be a day"),
        ("FREQ=DAILY;UNTIL=28MAR2031", "rule: UNTIL must be a day"),
        ("FREQ=DAILY;UNTIL=00010101T000000Z", "rule|starts_at: "),
        ("FREQ=DAILY;UNTIL=20310332", "rule: Must be a rule of RFC 5545"),
        ("FREQ=DAILY;UNTIL=20310328T250000Z", "rule: Must be a rule of RFC 5545"),
        ("FREQ=WEEKLY;BYDAY=1MO", "rule: BYDAY has no numbers with FREQ=WEEKLY"),
        ("FREQ=WEEKLY;FREQ=DAILY", "rule: FREQ=DAILY is no part"),
        ("FREQ=WEEKLY;;", "rule: An empty part is no part"),
        ("FREQ=WEEKLY;BYDAY=TU", "starts_at: The rule does not give 2031-03-24"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "starts_at: The rule does not give"),
        ("FREQ=WEEKLY;UNTIL=20300101", "starts_at: The rule does not give"),
    ],
)
def test_what_is_no_rule_for_a_timetable_is_refused_by_its_part(rule: str, complaint: str) -> None:
    with pytest.raises(InvalidRequest, match=complaint):
        check_rule(rule, FIRST, ROME)
