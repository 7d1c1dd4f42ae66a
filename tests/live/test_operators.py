"""The `atelier` command beside a running suite, and where it refuses to start."""

import json
from uuid import uuid4

import kombu
import pytest
from sqlalchemy import text

from tests.servers import free_port
from tests.studio import Studio

pytestmark = pytest.mark.live


def test_why_tells_the_way_from_a_cancelled_booking_to_the_email(place: Studio) -> None:
    full = place.full_session()
    place.run.settle()
    cancelled = full.cancel()
    place.run.settle()
    (said,) = (
        wire
        for wire in place.run.facts("BookingCancelled")
        if wire["data"]["booking_id"] == full.bookings[0]
    )

    told = place.run.atelier("why", said["correlation_id"])
    by_spot = place.run.atelier("why", cancelled["spot_id"])
    code, unknown = place.run.try_atelier("why", str(uuid4()))

    words = ["BookingCancelled", "SpotRequested", "SpotGranted", "SpotAllocated", "EmailSent"]
    places = [told.rindex(f"{word}.v1") for word in words]  # his own email may come before hers
    assert places == sorted(places)
    assert told.strip() in by_spot
    assert (code, "no service's journal knows" in unknown) == (1, True)


def test_rpc_calls_a_service_and_says_how_it_was_refused(place: Studio) -> None:
    session_id = place.session(seats=3)
    run = place.run

    answer = json.loads(
        run.atelier("rpc", "booking.get_session", f'{{"session_id": "{session_id}"}}')
    )
    refused = run.try_atelier("rpc", "booking.get_session", f'{{"session_id": "{uuid4()}"}}')
    wrong = run.try_atelier("rpc", "booking.get_session", "{}")

    assert answer["free"] == 3
    assert (refused[0], "SessionNotFound: " in refused[1]) == (1, True)
    assert (wrong[0], "InvalidRequest: session_id: " in wrong[1]) == (1, True)


def test_doctor_finds_nothing_wrong_with_a_suite_in_order(place: Studio) -> None:
    code, report = place.run.try_atelier("doctor")

    assert code == 0, report
    assert "wrong" not in report
    assert place.run.env["ATELIER_LINK_KEYS"] not in report


@pytest.mark.parametrize(
    ("setting", "value", "found"),
    [
        ("ATELIER_DB_URL_NOTIFY", "postgresql://nobody@127.0.0.1:{port}/none", "unreachable"),
        ("ATELIER_BUS_URL", "amqp://guest:guest@127.0.0.1:{port}//", "unreachable"),
        ("ATELIER_LINK_KEYS", "atelier-development-only-key", "for development only"),
    ],
)
def test_doctor_names_what_is_wrong_and_fails(
    place: Studio, setting: str, value: str, found: str
) -> None:
    code, report = place.run.try_atelier("doctor", **{setting: value.format(port=free_port())})

    assert code == 1
    assert found in report
    assert "wrong" in report


def test_a_service_does_not_start_on_a_half_made_topology(place: Studio) -> None:
    name = "evt-booking-SpotGranted.v1--waitlist.allocate_spot"
    place.run.settle()
    with place.run.channel() as channel:
        kombu.Queue(name, no_declare=True)(channel).delete()

    code, printed = place.run.try_atelier("run", "waitlist")
    doctor, report = place.run.try_atelier("doctor")
    place.run.atelier("migrate")

    assert (code, doctor) == (1, 1)
    assert name in printed
    assert "run `atelier migrate` first" in printed
    assert "1 queues missing" in report
    assert place.run.try_atelier("doctor")[0] == 0
    place.run.kill("waitlist")  # its queue is another one now
    place.run.start("waitlist")


def test_a_service_does_not_start_before_its_migrations(place: Studio) -> None:
    empty = place.run.env["ATELIER_DB_URL"].replace("{service}", "empty")
    env = {"ATELIER_DB_URL_BOOKING": empty}
    with place.run.admin() as sql:
        sql.execute(text(f'CREATE DATABASE "{place.run.name}_empty"'))

    code, printed = place.run.try_atelier("run", "booking", **env)
    doctor, report = place.run.try_atelier("doctor", **env)

    assert (code, doctor) == (1, 1)
    assert "migrations are due (booking)" in printed
    assert "migrations due" in report


@pytest.mark.parametrize(
    ("setting", "value", "complaint"),
    [
        ("ATELIER_WORKERS", "0", "ATELIER_WORKERS: "),
        ("ATELIER_SMTP_ULR", "smtp://here", "ATELIER_SMTP_ULR: There is no such setting."),
        ("ATELIER_ENVIRONMENT", "production", "ATELIER_FAILPOINTS: Only where"),
    ],
)
def test_a_service_does_not_start_with_settings_that_are_wrong(
    place: Studio, setting: str, value: str, complaint: str
) -> None:
    more = {"ATELIER_FAILPOINTS": "tx.committed=kill"} if value == "production" else {}

    code, printed = place.run.try_atelier("run", "booking", **{setting: value}, **more)

    assert code == 1
    assert complaint in printed
