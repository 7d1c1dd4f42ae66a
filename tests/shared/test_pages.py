"""Pages: one layout, every word in every language, nothing of what people wrote taken for HTML."""

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from shared.language import spoken_day, spoken_hour, spoken_moment, spoken_money, spoken_zone
from shared.links import LinkExpired, LinkInvalid
from shared.pages import Pages, language_of, read_words
from shared.shapes import LANGUAGES

ROOT = Path(__file__).parent.parent.parent
WORDS = [("shared", ROOT / "shared/templates/words.toml")] + [
    (f"services.{path.relative_to(ROOT).parts[1]}", path)
    for path in sorted((ROOT / "services").glob("*/templates/pages/words.toml"))
]
MESSAGES = ROOT / "services/notify/templates"


@pytest.mark.parametrize(("package", "path"), WORDS, ids=[package for package, _ in WORDS])
def test_every_language_has_the_same_words(package: str, path: Path) -> None:
    words = read_words(package, str(path.relative_to(ROOT.joinpath(*package.split(".")))))

    assert set(words) == set(LANGUAGES)
    for language in LANGUAGES:
        assert words[language].keys() == words["en"].keys(), language
        assert all(words[language].values())


def visit(address: str = "/", accept: str = "") -> Request:
    """Make a visit to an address by somebody who reads these languages."""
    headers = [("Accept-Language", accept)] if accept else None
    return Request(EnvironBuilder(address, headers=headers).get_environ())


def test_a_page_speaks_the_persons_language_then_the_visitors_then_the_studios() -> None:
    assert language_of(visit(accept="de"), "fr") == "fr"
    assert language_of(visit(accept="de-CH,fr;q=0.5"), "es") == "de"
    assert language_of(visit("/?lang=it"), "fr") == "it"
    assert language_of(visit(), None) == "en"


def test_what_people_wrote_is_no_html() -> None:
    page = Pages("booking").write("failed", "en", number="<b>Ada</b>").get_data(as_text=True)

    assert "&lt;b&gt;Ada&lt;/b&gt;" in page
    assert "<b>Ada" not in page


def test_a_link_that_is_no_longer_good_says_so_in_the_pages_language() -> None:
    pages = Pages("booking")

    assert pages.sorry(visit(accept="de"), LinkExpired("x")).status_code == 410
    invalid = pages.sorry(visit(accept="fr"), LinkInvalid("x"))
    assert "Ce lien n&#39;est pas valable" in invalid.get_data(as_text=True)


def test_times_are_said_in_the_zone_and_language_asked_for() -> None:
    at = datetime(2031, 3, 3, 22, 30, tzinfo=UTC)

    assert spoken_moment(at, "Europe/Rome", "en") == "Monday 3 March 2031, 23:30"
    assert spoken_moment(at, "Asia/Tokyo", "it") == "martedì 4 marzo 2031, 07:30"
    assert spoken_moment(at, "Europe/Rome", "de") == "Montag, 3. März 2031, 23:30"
    assert spoken_day(at, "Asia/Tokyo", "de") == "Dienstag, 4. März 2031"
    assert spoken_hour(at, "Europe/Rome", "xx") == "23:30"


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Europe/Rome", ["Rome time", "ora di Roma", "heure de Rome", "Ortszeit Rom"]),
        (
            "Europe/Amsterdam",
            ["Amsterdam time", "ora di Amsterdam", "heure d’Amsterdam", "Ortszeit Amsterdam"],  # noqa: RUF001
        ),
        ("UTC", ["UTC"] * 4),
        ("Etc/UTC", ["UTC"] * 4),
    ],
)
def test_a_time_says_by_whose_clock_it_is_as_people_say_it(zone: str, said: list[str]) -> None:
    assert [spoken_zone(zone, language) for language in ("en", "it", "fr", "de")] == said


@pytest.mark.parametrize(
    ("language", "other"),
    [
        ("it", r"Lei|Le [a-z]+iamo|Su[oae]|Suoi|Scriva|Scelga|Veda|Torni|Guardi|Confermi|Paghi"),
        ("fr", r"[Tt]u|[Tt]oi|[Tt]on|[Tt]a|[Tt]es"),
        ("de", r"[Dd]u|[Dd]ich|[Dd]ir|[Dd]ein(e[mnrs]?)?"),
    ],
)
def test_a_language_addresses_people_in_one_way(language: str, other: str) -> None:
    """Italian says tu, French vous and German Sie, on every page and in every message."""
    said = {
        f"{package} {key}": text
        for package, path in WORDS
        for key, text in tomllib.loads(path.read_text())[language].items()
    }
    for name, words in tomllib.loads((MESSAGES / language / "words.toml").read_text()).items():
        said |= {f"message {name} {key}": text for key, text in words.items()}

    assert {key: text for key, text in said.items() if re.search(rf"\b({other})\b", text)} == {}


@pytest.mark.parametrize(
    ("minor", "currency", "language", "said"),
    [
        (1250, "eur", "en", "€12.50"),
        (1250, "eur", "de", "12,50 €"),
        (1250, "jpy", "en", "¥1,250"),
        (1250, "kwd", "en", "KWD1.250"),
        (1250, "rsd", "en", "RSD12.50"),  # charged by hundredths, though nobody pays with them
        (1250, "lbp", "de", "12,50 LBP"),
        (0, "EUR", "fr", "0,00 €"),
    ],
)
def test_amounts_have_as_many_decimals_as_their_currency(
    minor: int, currency: str, language: str, said: str
) -> None:
    assert spoken_money(minor, currency, language).replace("\xa0", " ") == said
