"""The link in an email, as its reader, a mail scanner and a stranger use it."""

import string
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from shared.contracts.booking import CANCEL_LINK
from shared.links import sign_link
from tests.stack import LINK_KEY, http
from tests.studio import FullSession, Studio

pytestmark = pytest.mark.live


def _link(place: Studio, full: FullSession) -> str:
    """Give the link in the email of a session's first holder."""
    email = full.holders[0]["email"]
    place.run.until(lambda: place.mailbox.taken(email), "the holder has an email")
    return str(place.mailbox.taken(email)[0]["link"])


def _made(place: Studio, booking_id: str, purpose: str = CANCEL_LINK, *, hours: int = 1) -> str:
    """Sign a link as booking and notify do."""
    expires_at = datetime.now(UTC) + timedelta(hours=hours)
    token = sign_link(purpose, UUID(booking_id), expires_at=expires_at, keys=[LINK_KEY])
    return f"{place.run.env['ATELIER_BOOKING_URL']}/cancel/{token}"


def _everything(place: Studio) -> list[str]:
    """Give all rows of booking's tables, to be compared."""
    names = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    tables = [row.tablename for row in place.run.rows("booking", names)]
    return [str(row) for table in tables for row in place.run.rows("booking", f'TABLE "{table}"')]


@pytest.mark.rule("Q49")
def test_opening_the_link_fifty_times_changes_nothing(place: Studio) -> None:
    full = place.full_session()
    link = _link(place, full)
    place.run.settle()
    before = _everything(place)

    answers = {http(link) for _ in range(50)}

    (answer,) = answers
    assert answer[0] == 200
    assert '<form method="post"' in answer[1]
    assert _everything(place) == before


@pytest.mark.rule("Q49", "Qi2")
def test_the_button_cancels_once_however_often_it_is_pressed(place: Studio) -> None:
    full = place.full_session()
    link = _link(place, full)
    place.run.settle()

    first, again = http(link, "POST"), http(link, "POST")

    assert (first[0], again[0]) == (200, 200)
    assert "Your place is cancelled" in first[1]
    place.run.settle()
    assert full.allocations() == full.entries
    assert full.booked() == {full.waiters[0]["person_id"]}
    assert len(place.mails(full.waiters[0])) == 1
    assert "Already cancelled" in http(link)[1]


@pytest.mark.rule("Q49", "Qi2")
def test_who_got_a_freed_place_can_give_it_up_by_their_own_link(place: Studio) -> None:
    full = place.full_session(waiting=2)
    place.run.settle()
    full.cancel()
    place.run.settle()
    (mail,) = place.mailbox.taken(full.waiters[0]["email"])

    http(mail["link"], "POST")

    place.run.settle()
    assert full.allocations() == full.entries
    assert full.booked() == {full.waiters[1]["person_id"]}


def test_a_link_with_one_character_changed_is_not_valid(place: Studio) -> None:
    full = place.full_session()
    address, _, token = _link(place, full).rpartition("/")
    far = str.maketrans(string.ascii_letters, string.ascii_letters[13:] + string.ascii_letters[:13])
    changed = [
        token[:at] + (token[at].translate(far) if token[at].isalpha() else "x") + token[at + 1 :]
        for at in range(len(token))
    ]

    statuses = [http(f"{address}/{one}", "POST")[0] for one in changed]

    assert set(statuses) == {404}
    assert full.booked() == {full.holders[0]["person_id"]}


def test_a_link_for_something_else_or_of_nobody_is_not_valid(place: Studio) -> None:
    full = place.full_session()
    links = [
        _made(place, full.bookings[0], "unsubscribe"),
        _made(place, str(uuid4())),
        f"{place.run.env['ATELIER_BOOKING_URL']}/cancel/{full.bookings[0]}",
    ]

    statuses = {http(link, method)[0] for link in links for method in ("GET", "POST")}

    assert statuses == {404}
    assert full.booked() == {full.holders[0]["person_id"]}


def test_a_link_whose_time_is_over_is_gone(place: Studio) -> None:
    full = place.full_session()
    expired, good = _made(place, full.bookings[0], hours=-1), _made(place, full.bookings[0])

    statuses = [http(expired)[0], http(expired, "POST")[0], http(good)[0]]

    assert statuses == [410, 410, 200]
    assert full.booked() == {full.holders[0]["person_id"]}
