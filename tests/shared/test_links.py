"""A link is good for one purpose, about one thing, for a time, and for nobody who forges it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.links import (
    LinkExpired,
    LinkInvalid,
    followed_link,
    open_link,
    sign_link,
    sign_short_link,
)
from shared.testing import MORNING

OLD, NEW = "an-old-key-0123456789", "a-new-key-0123456789"
LATER = MORNING + timedelta(hours=1)
MESSAGE = uuid4()
FORMS = pytest.mark.parametrize(
    "sign", [sign_link, partial(sign_short_link, message_id=MESSAGE)], ids=["long", "short"]
)
Sign = Callable[..., str]


@FORMS
@given(st.uuids(), st.integers(1, 10**6))
def test_a_link_opens_for_what_it_was_made_for(sign: Sign, subject: UUID, seconds: int) -> None:
    expires_at = MORNING + timedelta(seconds=seconds)

    token = sign("cancel", subject, expires_at=expires_at, keys=[OLD])

    assert open_link("cancel", token, at=MORNING, keys=[OLD]) == subject


@FORMS
def test_no_byte_of_a_link_can_be_changed(sign: Sign) -> None:
    subject = uuid4()
    token = sign("cancel", subject, expires_at=LATER, keys=[OLD])

    for place in range(len(token)):
        for bit in range(8):
            changed = token[:place] + chr(ord(token[place]) ^ (1 << bit)) + token[place + 1 :]
            try:
                opened = open_link("cancel", changed, at=MORNING, keys=[OLD])
            except LinkInvalid:
                continue
            # Base 64 has spare bits in the signature's last character; they say nothing.
            assert (place, opened) == (len(token) - 1, subject)


@FORMS
@pytest.mark.parametrize("cut", [1, 5, 20])
def test_a_link_cut_short_is_not_valid(sign: Sign, cut: int) -> None:
    token = sign("cancel", uuid4(), expires_at=LATER, keys=[OLD])

    with pytest.raises(LinkInvalid):
        open_link("cancel", token[:-cut], at=MORNING, keys=[OLD])


@given(st.text(max_size=80))
def test_no_text_is_a_link(token: str) -> None:
    with pytest.raises(LinkInvalid):
        open_link("cancel", token, at=MORNING, keys=[OLD])


@FORMS
def test_a_link_is_good_for_its_own_purpose_only(sign: Sign) -> None:
    token = sign("cancel", uuid4(), expires_at=LATER, keys=[OLD])

    with pytest.raises(LinkInvalid):
        open_link("unsubscribe", token, at=MORNING, keys=[OLD])


@FORMS
@pytest.mark.parametrize(
    ("at", "good"),
    [
        (LATER - timedelta(seconds=1), True),
        (LATER, False),
        (LATER + timedelta(seconds=1), False),
    ],
)
def test_a_link_is_good_until_its_time_is_over(sign: Sign, at: datetime, *, good: bool) -> None:
    token = sign("cancel", uuid4(), expires_at=LATER, keys=[OLD])

    if good:
        open_link("cancel", token, at=at, keys=[OLD])
    else:
        with pytest.raises(LinkExpired):
            open_link("cancel", token, at=at, keys=[OLD])


@FORMS
def test_the_newest_key_signs_and_all_verify(sign: Sign) -> None:
    before = sign("cancel", uuid4(), expires_at=LATER, keys=[OLD])
    after = sign("cancel", uuid4(), expires_at=LATER, keys=[OLD, NEW])

    open_link("cancel", before, at=MORNING, keys=[OLD, NEW])
    open_link("cancel", after, at=MORNING, keys=[NEW])
    with pytest.raises(LinkInvalid):
        open_link("cancel", before, at=MORNING, keys=[NEW])
    with pytest.raises(LinkInvalid):
        open_link("cancel", after, at=MORNING, keys=[OLD])


@FORMS
def test_a_link_holds_nothing_but_url_safe_characters(sign: Sign) -> None:
    token = sign("cancel", uuid4(), expires_at=LATER)

    assert set(token) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


@FORMS
def test_a_link_knows_its_message_and_says_so_once(sign: Sign) -> None:
    open_link("cancel", sign("cancel", uuid4(), expires_at=LATER, message_id=MESSAGE), at=MORNING)
    known = [followed_link(), followed_link()]
    open_link("cancel", sign_link("cancel", uuid4(), expires_at=LATER), at=MORNING)

    assert known == [MESSAGE, None]
    assert followed_link() is None


def test_a_short_link_is_shorter_with_its_message_than_a_long_one_without() -> None:
    short = sign_short_link("cancel", uuid4(), expires_at=LATER, message_id=MESSAGE)
    long = sign_link("cancel", uuid4(), expires_at=LATER)

    assert (len(short), len(long)) == (76, 91)


def test_the_last_second_a_short_link_can_hold_is_far_away() -> None:
    expires_at = datetime(2200, 1, 1, tzinfo=UTC)

    token = sign_short_link("cancel", MESSAGE, expires_at=expires_at, message_id=MESSAGE)

    assert open_link("cancel", token, at=datetime(2106, 1, 1, tzinfo=UTC)) == MESSAGE
