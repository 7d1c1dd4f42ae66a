"""What no caller should send: every field of every call is given values that make no sense."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.errors import InvalidRequest, Refused
from tests.flows.studio import Studio, studio_in
from tests.servers import own_database, servers

NOON = "2031-05-10T12:00:00+02:00"
HOSTILE: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, 10**30, float("nan")),
    *("", " ", "x" * 100_000, "a\x00b", "a\ud800", "@\x00", "@\ud800", "a\u202eb", "\u200d"),
    *("<script>", "'; DROP TABLE people; --", "https://a.example/\x00", "javascript:alert(1)"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "9999-12-31", "2031-02-30"),
    *([], [None], ["9999-12-31"], {}, {"a": {"b": 1}}, {"x": "attended"}, str(uuid4())),
)
"""Wrong types, absurd sizes, markup, and what databases or calendars cannot hold."""
LAST = ("cancel_booking", "cancel_session", "erase_person", "merge_people")
"""Calls after which others would have nothing left to act on."""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.live)])
def studio(request: pytest.FixtureRequest) -> Iterator[Studio]:
    """Give a studio on either kind of database."""
    if request.param == "sqlite":
        with studio_in() as made:
            yield made
        return
    assert servers()
    names = ("booking", "waitlist", "notify")
    with ExitStack() as opened:
        databases = {name: opened.enter_context(own_database()) for name in names}
        yield opened.enter_context(studio_in(databases))


def sensible(studio: Studio) -> dict[str, Any]:
    """Give a value that makes sense for each field that some call cannot do without."""
    call = studio.suite.booking
    kind = call.create_session_type(name="Yoga", duration_minutes=60)["session_type_id"]
    session: dict[str, Any] = {
        "session_type_id": kind,
        "name": "Yoga at noon",
        "starts_at": NOON,
        "time_zone": "Europe/Rome",
        "staff": "Lea",
        "location": "Studio 2",
        "capacity": 100,
    }
    ada, grace = studio.person("ada", "client"), studio.person("grace", "client")
    session_id = call.schedule_session(**session)["session_id"]
    booking_id = call.book(session_id=session_id, person_id=ada)["booking_id"]
    return session | {
        "session_id": session_id,
        "group_id": call.schedule_spots(**session, spots=2)["group_id"],
        "schedule_id": call.create_schedule(**session, rule="FREQ=WEEKLY")["schedule_id"],
        "package_id": call.add_package(session_type_id=kind, name="A", price_minor=1)["package_id"],
        "hold_id": call.hold_place(session_id=session_id, person_id=grace)["hold_id"],
        "booking_id": booking_id,
        "person_id": studio.person("alan", "client"),
        "keep": ada,
        "merge": grace,
        "kind": "client",
        "email": "joan@example.com",
        "spots": 2,
        "rule": "FREQ=WEEKLY",
        "duration_minutes": 60,
        "price_minor": 10,
        "since": NOON,
        "until": NOON,
        "last_on": "2031-06-01",
        "on": "2031-05-17",
        "credits": 1,
        "reason": "gift",
        "given": True,
        "how": "at the desk",
        "channel": "email",
        "subject": "Hello",
        "text": "Come!",
        "attendance": "attended",
        "marks": {booking_id: "attended"},
        "amount_minor": 10,
        **dict.fromkeys(("erasure_id", "download_id", "spot_id", "payment_id"), str(uuid4())),
    }


def test_no_value_of_any_field_ends_in_anything_but_an_answer_or_a_refusal(studio: Studio) -> None:
    values = sensible(studio)
    responders = studio.suite.members["booking"].responders
    wrong = []

    for method in sorted(responders, key=lambda name: (name in LAST, name)):
        schema = responders[method].schema
        named = schema.fields if schema else {}
        usual = {name: values[name] for name, field in named.items() if field.required}
        for name in named:
            for hostile in HOSTILE:
                said = len(studio.suite.story)
                try:
                    studio.suite.call("booking", method, **usual | {name: hostile})
                except InvalidRequest as exc:
                    if not re.match(r"[a-z_]+(\.\w+)*: ", str(exc)):
                        wrong.append((method, name, hostile, f"names no field: {exc}"))
                    if len(studio.suite.story) != said:
                        wrong.append((method, name, hostile, "changed something"))
                except Refused:
                    pass
                except Exception as exc:  # noqa: BLE001 - any other is what we look for
                    wrong.append((method, name, hostile, repr(exc)))

    assert wrong == []


@pytest.mark.parametrize("key", ["", "x" * 201, "a\x00b", "a\ud800", "a\nb", 7, True, []])
def test_a_key_that_no_database_keeps_is_refused(studio: Studio, key: Any) -> None:
    with pytest.raises(InvalidRequest, match="idempotency_key: Must be a text"):
        studio.suite.booking.create_session_type(
            name="Yoga", duration_minutes=60, idempotency_key=key
        )


def test_names_may_have_what_joins_letters_and_emoji(studio: Studio) -> None:
    made = studio.suite.booking.create_session_type(
        name="Yoga \U0001f9d8\u200d\u2640\ufe0f",
        description="\u0645\u06cc\u200c\u062e\u0648",
        duration_minutes=60,
    )

    assert made["name"] == "Yoga \U0001f9d8\u200d\u2640\ufe0f"
    assert made["description"] == "\u0645\u06cc\u200c\u062e\u0648"
