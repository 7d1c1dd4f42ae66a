"""Tickets, doors, lists as files, and people who change."""

import base64
import csv
import io
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.contracts.booking import PersonErased, PersonMerged
from shared.contracts.errors import SessionNotFound
from shared.contracts.event_errors import AlreadyRegistered, TicketNotFound
from tests.events.hall import DAY, Hall


def ticket(hall: Hall, name: str) -> str:
    """Give the code of somebody's ticket."""
    ids = hall.registration_id(name)
    found: str = hall.events.get_ticket(registration_id=ids)["ticket"]
    return found


def answer(hall: Hall, code: str, session: str = "") -> Any:
    """Show a ticket at a door."""
    ids = {"session_id": hall.sessions[session]} if session else {}
    return hall.events.check_in(ticket=code, **ids)


def test_the_door_lets_in_once_and_says_who_is_late_or_wrong(hall: Hall) -> None:
    hall.fair(capacity=5)
    for name in ("ada", "alan"):
        hall.register(name, "clay")
    ada, alan = ticket(hall, "ada"), ticket(hall, "alan")

    hall.suite.at = DAY + timedelta(hours=8, minutes=50)
    assert answer(hall, ada.lower(), "clay")["answer"] == "admitted"
    again = answer(hall, ada, "clay")
    wrong = answer(hall, ada, "ink")
    hall.suite.at = DAY + timedelta(hours=9, minutes=12)
    late = answer(hall, alan, "clay")

    assert again["answer"] == "duplicate"
    assert again["checked_in_at"].startswith("2031-04-05T08:50")
    assert wrong["answer"] == "wrong_session"
    assert [one["name"] for one in wrong["sessions"]] == ["clay"]
    assert (late["answer"], late["minutes_late"], late["name"]) == ("late", 12, "alan")
    with pytest.raises(TicketNotFound):
        answer(hall, "NOSUCHTICKET", "clay")


def test_at_the_door_of_the_event_nobody_is_late_before_what_they_chose_begins(hall: Hall) -> None:
    hall.fair(capacity=5)
    hall.register("ada", "wood")  # at 11; the event begins at 8
    code = ticket(hall, "ada")

    hall.suite.at = DAY + timedelta(hours=10, minutes=50)
    early = answer(hall, code)

    assert (early["answer"], early["minutes_late"]) == ("admitted", 0)
    assert hall.events.list_check_ins(event_id=hall.event_id)["late"] == 0


def test_the_ticket_of_another_event_opens_no_door(hall: Hall) -> None:
    hall.fair()
    hall.register("ada", "clay")
    code, first = ticket(hall, "ada"), hall.event_id
    hall.event(name="Next door")
    other = hall.session("glass")

    wrong = hall.events.check_in(ticket=code, event_id=hall.event_id)
    session = hall.events.check_in(ticket=code, session_id=other)

    assert [one["answer"] for one in (wrong, session)] == ["wrong_event"] * 2
    for event_id in (first, hall.event_id):
        assert hall.events.list_check_ins(event_id=event_id)["came"] == 0
    with pytest.raises(SessionNotFound):
        hall.events.check_in(ticket=code, event_id=first, session_id=other)
    assert hall.events.check_in(ticket=code, event_id=first)["answer"] == "admitted"


def test_late_is_a_whole_minute_or_more_and_the_list_counts_the_same(hall: Hall) -> None:
    hall.event()
    for seconds, name in ((59, "ada"), (60, "alan")):
        hall.register(name)
        code = ticket(hall, name)
        hall.suite.at = DAY + timedelta(hours=8, seconds=seconds)
        assert answer(hall, code)["answer"] == ("admitted" if name == "ada" else "late")
        hall.suite.at = DAY - timedelta(hours=1)

    assert hall.events.list_check_ins(event_id=hall.event_id)["late"] == 1


def test_the_door_turns_away_who_cancelled_and_who_comes_after_the_end(hall: Hall) -> None:
    hall.event()
    hall.register("ada")
    hall.register("alan")
    ada, alan = ticket(hall, "ada"), ticket(hall, "alan")
    hall.cancel("ada")

    assert answer(hall, ada)["answer"] == "cancelled"
    hall.suite.at = DAY + timedelta(hours=18)
    assert answer(hall, alan)["answer"] == "over"


def test_a_pass_opens_only_the_doors_of_its_sessions(hall: Hall) -> None:
    hall.event()
    clay, _ = hall.session("clay"), hall.session("ink", 10)
    made = hall.events.define_pass(event_id=hall.event_id, name="Clay", session_ids=[clay])
    hall.register("ada", pass_id=made["pass_id"])
    code = ticket(hall, "ada")

    assert answer(hall, code)["answer"] == "admitted"
    assert answer(hall, code, "clay")["answer"] == "admitted"
    assert answer(hall, code, "ink")["answer"] == "wrong_session"
    lists = {
        name: hall.events.list_check_ins(event_id=hall.event_id, session_id=hall.sessions[name])
        for name in ("clay", "ink")
    }
    assert [(one["expected"], one["came"]) for one in lists.values()] == [(1, 1), (0, 0)]


def test_a_doors_list_is_read_in_parts_and_its_counts_are_of_all(hall: Hall) -> None:
    hall.event()
    for name in ("ada", "alan", "grace"):
        hall.register(name)
    hall.suite.at = DAY + timedelta(hours=8, minutes=5)
    code = ticket(hall, "grace").lower()
    assert answer(hall, f"{code[:4]} {code[4:8]}-{code[8:]}")["answer"] == "late"  # typed by hand

    lists = [
        hall.events.list_check_ins(event_id=hall.event_id, limit=2, offset=offset)
        for offset in (0, 2)
    ]

    assert [[row["name"] for row in one["rows"]] for one in lists] == [["ada", "alan"], ["grace"]]
    assert [(one["expected"], one["came"], one["late"]) for one in lists] == [(3, 1, 1)] * 2


def test_a_check_in_is_taken_back(hall: Hall) -> None:
    hall.event()
    hall.register("ada")
    code = ticket(hall, "ada")
    answer(hall, code)

    hall.events.undo_check_in(registration_id=hall.registration_id("ada"))

    assert hall.events.list_check_ins(event_id=hall.event_id)["came"] == 0
    assert answer(hall, code)["answer"] == "admitted"


def test_a_ticket_is_a_picture_in_two_forms(hall: Hall) -> None:
    hall.event()
    hall.register("ada")

    made = hall.events.get_ticket(registration_id=hall.registration_id("ada"))

    assert base64.b64decode(made["png"]).startswith(b"\x89PNG")
    assert made["svg"].startswith("<svg")
    assert len(made["ticket"]) == 16


@pytest.mark.rule("D15", "D16", "D17")
def test_lists_are_files_whose_cells_cannot_run(hall: Hall) -> None:
    hall.fair(capacity=5)
    hall.register("=ada", "clay")
    hall.register("alan", "ink")

    def rows(**more: Any) -> list[list[str]]:
        made = hall.events.export_registrations(event_id=hall.event_id, **more)
        text = base64.b64decode(made["content"]).decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text)))

    whole, one = rows(), rows(session_id=hall.sessions["clay"], language="de")
    book = hall.events.export_registrations(event_id=hall.event_id, kind="xlsx")

    assert [row[0] for row in whole] == ["Name", "'=ada", "alan"]
    assert [row[4] for row in whole] == ["Sessions", "clay", "ink"]
    assert (len(one), one[0][1], one[1][3]) == (2, "E-Mail-Adresse", "bestätigt")
    assert base64.b64decode(book["content"]).startswith(b"PK")
    assert book["file_name"].endswith(".xlsx")


def table(made: Any) -> list[list[str]]:
    """Read a CSV file that a call has given."""
    content = base64.b64decode(made["content"]).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content)))


def test_the_events_file_has_amounts_as_people_write_them_and_who_came(hall: Hall) -> None:
    hall.event()
    day = hall.events.define_pass(event_id=hall.event_id, name="Day", price_minor=4950)["pass_id"]
    hall.register("ada", pass_id=day)
    code = ticket(hall, "ada")
    hall.suite.at = DAY + timedelta(hours=8, minutes=12)
    answer(hall, code)

    head, row = table(hall.events.export_registrations(event_id=hall.event_id))

    shown = dict(zip(head, row, strict=True))
    assert (shown["Price"], shown["Paid"], shown["Currency"]) == ("49.50", "0.00", "EUR")
    assert (shown["Came"], shown["Minutes late"]) == ("2031-04-05 10:12", "12")
    assert (shown["State"], shown["By"]) == ("confirmed", "staff")


@pytest.mark.rule("D39")
def test_a_sessions_waiting_list_is_a_file(hall: Hall) -> None:
    hall.fair(capacity=1)
    hall.register("ada", "clay", "ink")
    for name in ("alan", "grace"):
        hall.joined(name, hall.sessions["clay"])

    clay = {"event_id": hall.event_id, "session_id": hall.sessions["clay"]}
    made = hall.events.export_waiting(**clay, language="fr")

    assert [row[:2] for row in table(made)] == [["Rang", "Nom"], ["1", "alan"], ["2", "grace"]]
    assert made["file_name"].startswith("open-house-clay-")
    assert hall.events.export_waiting(event_id=hall.event_id, kind="xlsx")["rows"] == 0


@pytest.mark.rule("D16", "D17")
def test_who_gave_a_session_up_is_cancelled_there_and_not_at_the_event(hall: Hall) -> None:
    hall.fair(capacity=5)
    hall.register("ada", "clay", "ink")
    hall.cancel("ada", "clay")

    def listed(**more: Any) -> Any:
        ids = {"event_id": hall.event_id, "cancelled": True}
        (row,) = hall.events.list_registrations(**ids, **more)["rows"]
        return row

    whole, clay = listed(), listed(session_id=hall.sessions["clay"])
    assert (whole["state"], whole["session_ids"]) == ("confirmed", [hall.sessions["ink"]])
    assert (clay["state"], clay["cancelled_by"]) == ("cancelled", "staff")
    assert clay["cancelled_at"] is not None


def test_people_who_turn_out_to_be_one_have_one_registration(hall: Hall) -> None:
    hall.fair(capacity=1)
    hall.register("ada", "clay")
    hall.register("countess", "ink")
    merged = PersonMerged(
        person_id=UUID(hall.person("ada")),
        merged_id=UUID(hall.person("countess")),
        merged_at=hall.suite.now(),
    )

    hall.say(merged, times=2)
    hall.say(merged)

    assert hall.names() == ["ada"]
    assert (hall.names("clay"), hall.names("ink")) == (["ada"], ["ada"])
    assert [hall.seats(one) for one in ("clay", "ink")] == [(1, 1), (1, 1)]
    hall.people["ada"] = hall.people["countess"]
    hall.cancel("ada", "ink")
    assert hall.seats("ink") == (1, 1)  # on its way to the list


def test_a_merge_gives_up_a_seat_that_is_double(hall: Hall) -> None:
    hall.event(capacity=5)
    hall.register("ada")
    hall.register("countess")

    hall.say(
        PersonMerged(
            person_id=UUID(hall.person("ada")),
            merged_id=UUID(hall.person("countess")),
            merged_at=hall.suite.now(),
        )
    )

    assert hall.seats() == (5, 1)
    assert hall.names() == ["ada"]


def _merged(hall: Hall, *, into: str, who: str) -> PersonMerged:
    return PersonMerged(
        person_id=UUID(hall.person(into)),
        merged_id=UUID(hall.person(who)),
        merged_at=hall.suite.now(),
    )


@pytest.mark.parametrize("backwards", [False, True])
def test_merges_heard_of_in_any_order_end_with_the_last_record(hall: Hall, backwards: Any) -> None:
    hall.event(capacity=5)
    for name in ("ada", "countess"):
        hall.register(name)
    merges = [
        _merged(hall, into="augusta", who="countess"),
        _merged(hall, into="ada", who="augusta"),
    ]

    for merged in reversed(merges) if backwards else merges:
        hall.say(merged)

    assert (hall.names(), hall.seats()) == (["ada"], (5, 1))
    with pytest.raises(AlreadyRegistered):
        hall.register("countess")


@pytest.mark.parametrize("backwards", [False, True])
def test_whoever_was_merged_into_an_erased_person_is_forgotten_in_any_order(
    hall: Hall, backwards: Any
) -> None:
    hall.event(capacity=5)
    hall.register("countess")
    facts = [
        _merged(hall, into="ada", who="countess"),
        PersonErased(
            person_id=UUID(hall.person("ada")), erasure_id=uuid4(), erased_at=hall.suite.now()
        ),
    ]

    for fact in reversed(facts) if backwards else facts:
        hall.say(fact)

    assert (hall.names(), hall.seats()) == ([], (5, 0))
    with hall.suite.sql("events") as sql:
        assert sql.exec_driver_sql("SELECT count(*) FROM people WHERE name <> ''").scalar() == 0


def test_an_erased_person_leaves_counts_and_no_name(hall: Hall) -> None:
    hall.event(capacity=5)
    hall.register("ada")
    hall.register("alan")
    hall.joined("ada", hall.event_id)
    erased = PersonErased(
        person_id=UUID(hall.person("ada")), erasure_id=uuid4(), erased_at=hall.suite.now()
    )
    hall.suite.mark()

    hall.say(erased, times=2)

    (told,) = hall.said("EventsRecordsErased")
    assert "name, email address" in told.removed
    assert told.kept == "1 registration without a name, as the history of seats"
    assert "1 note of waiting for an event" in told.removed
    assert hall.names() == ["alan"]
    with hall.suite.sql("events") as sql:
        assert sql.exec_driver_sql("SELECT count(*) FROM people WHERE name = 'ada'").scalar() == 0
