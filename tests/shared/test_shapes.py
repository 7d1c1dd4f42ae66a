"""Tests of field types that more than one service takes."""

import pytest
from marshmallow import ValidationError

from shared.config import settings
from shared.shapes import PhoneNumber


@pytest.mark.parametrize(
    ("country", "text", "number"),
    [
        ("", "+39 02 1234567", "+39021234567"),
        ("IT", "+39 02 1234567", "+39021234567"),
        ("IT", "02 1234567", "+39021234567"),
        ("IT", "0041 44 668 18 00", "+41446681800"),
        ("CH", "044 668 18 00", "+41446681800"),
        ("US", "(650) 253-0000", "+16502530000"),
    ],
)
def test_a_number_without_a_country_code_is_one_of_the_studios_country(
    monkeypatch: pytest.MonkeyPatch, country: str, text: str, number: str
) -> None:
    monkeypatch.setenv("ATELIER_STUDIO_COUNTRY", country)
    settings.cache_clear()

    assert PhoneNumber().deserialize(text) == number


@pytest.mark.parametrize(
    ("country", "text", "said"),
    [
        ("", "02 1234567", "Must be a telephone number with its country code, like"),
        ("", "ask me", "Must be a telephone number with its country code, like"),
        ("IT", "ask me", "Must be a telephone number of IT, or one with its country code, like"),
        ("US", "253-0000", "No telephone number has this many digits in its country."),
        ("", "+1 253 0000", "No telephone number has this many digits in its country."),
        ("IT", "+39 02 1234567 1234567", "No telephone number has this many digits"),
    ],
)
def test_what_is_no_number_is_told_what_is_wrong_with_it(
    monkeypatch: pytest.MonkeyPatch, country: str, text: str, said: str
) -> None:
    monkeypatch.setenv("ATELIER_STUDIO_COUNTRY", country)
    settings.cache_clear()

    with pytest.raises(ValidationError) as caught:
        PhoneNumber().deserialize(text)

    assert caught.value.messages[0].startswith(said)
