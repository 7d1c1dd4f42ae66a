"""A link is good for one purpose, about one thing, for a time, and for nobody who forges it."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.links import LinkExpired, LinkInvalid, open_link, sign_link
from shared.testing import MORNING

OLD, NEW = "an-old-key-0123456789", "a-new-key-0123456789"
LATER = MORNING + timedelta(hours=1)


@given(st.uuids(), st.integers(1, 10**6))
def test_a_link_opens_for_what_it_was_made_for(subject: UUID, seconds: int) -> None:
    expires_at = MORNING + timedelta(seconds=seconds)

    token = sign_link("cancel", subject, expires_at=expires_at, keys=[OLD])

    assert open_link("cancel", token, at=MORNING, keys=[OLD]) == subject


def test_no_byte_of_a_link_can_be_changed() -> None:
    subject = uuid4()
    token = sign_link("cancel", subject, expires_at=LATER, keys=[OLD])

    for place in range(len(token)):
        for bit in range(8):
            changed = token[:place] + chr(ord(token[place]) ^ (1 << bit)) + token[place + 1 :]
            try:
                opened = open_link("cancel", changed, at=MORNING, keys=[OLD])
            except LinkInvalid:
                continue
            # Base 64 has spare bits in the signature's last character; they say nothing.
            assert (place, opened) == (len(token) - 1, subject)


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_a_link_cut_short_is_not_valid(cut: int) -> None:
    token = sign_link("cancel", uuid4(), expires_at=LATER, keys=[OLD])

    with pytest.raises(LinkInvalid):
        open_link("cancel", token[:-cut], at=MORNING, keys=[OLD])


@given(st.text(max_size=80))
def test_no_text_is_a_link(token: str) -> None:
    with pytest.raises(LinkInvalid):
        open_link("cancel", token, at=MORNING, keys=[OLD])


def test_a_link_is_good_for_its_own_purpose_only() -> None:
    token = sign_link("cancel", uuid4(), expires_at=LATER, keys=[OLD])

    with pytest.raises(LinkInvalid):
        open_link("unsubscribe", token, at=MORNING, keys=[OLD])


@pytest.mark.parametrize(
    ("at", "good"),
    [
        (LATER - timedelta(seconds=1), True),
        (LATER, False),
        (LATER + timedelta(seconds=1), False),
    ],
)
def test_a_link_is_good_until_its_time_is_over(at: datetime, *, good: bool) -> None:
    token = sign_link("cancel", uuid4(), expires_at=LATER, keys=[OLD])

    if good:
        open_link("cancel", token, at=at, keys=[OLD])
    else:
        with pytest.raises(LinkExpired):
            open_link("cancel", token, at=at, keys=[OLD])


def test_the_newest_key_signs_and_all_verify() -> None:
    before = sign_link("cancel", uuid4(), expires_at=LATER, keys=[OLD])
    after = sign_link("cancel", uuid4(), expires_at=LATER, keys=[OLD, NEW])

    open_link("cancel", before, at=MORNING, keys=[OLD, NEW])
    open_link("cancel", after, at=MORNING, keys=[NEW])
    with pytest.raises(LinkInvalid):
        open_link("cancel", before, at=MORNING, keys=[NEW])
    with pytest.raises(LinkInvalid):
        open_link("cancel", after, at=MORNING, keys=[OLD])


def test_a_link_holds_nothing_but_url_safe_characters() -> None:
    token = sign_link("cancel", uuid4(), expires_at=LATER)

    assert set(token) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
