"""The studio's word in every language, and files no program can be tricked by."""

import csv
import io
import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ranking.domain import (
    LANGUAGES,
    Term,
    Words,
    report_name,
    words_of,
)
from shared.sheets import csv_sheet, file_name, harmless

OWN = {language: Words(f"Weg {language}", f"Schritt {language}") for language in LANGUAGES}


@pytest.mark.rule("M2", "M9", "M13")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("term", Term)
def test_every_term_names_the_feature_the_rank_and_the_report(term: Term, language: str) -> None:
    words = words_of(term, OWN, language)

    assert words.title
    assert words.unit
    assert words.title in report_name(words, language)


@pytest.mark.rule("M2")
def test_the_terms_are_those_of_the_source() -> None:
    assert [words_of(term, {}, "en").title for term in list(Term)[:3]] == [
        "Belt Tracking",
        "Customer Rankings",
        "Challenges",
    ]
    assert [words_of(term, {}, "it").title for term in list(Term)[:3]] == [
        "Tracciamento Cinture",
        "Classifiche Clienti",
        "Sfide",
    ]


def test_a_language_nobody_speaks_here_is_answered_in_english() -> None:
    assert words_of(Term.BELTS, {}, "nl") == words_of(Term.BELTS, {}, "en")


@given(st.text())
def test_no_cell_is_a_formula(text: str) -> None:
    written = harmless(text)

    assert not written.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert written in {text, f"'{text}"}


@given(st.integers())
def test_numbers_stay_numbers(number: int) -> None:
    assert harmless(number) == str(number)


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))


@given(st.lists(st.lists(texts, min_size=2, max_size=2), max_size=5))
def test_a_csv_file_gives_back_what_was_written(rows: list[list[str]]) -> None:
    content = csv_sheet(["Name", "Rank"], rows)

    assert content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read == [["Name", "Rank"], *[[harmless(cell) for cell in row] for row in rows]]
    assert text.startswith('"Name","Rank"\r\n')


@given(st.text())
def test_a_file_name_can_be_used_anywhere(title: str) -> None:
    name = file_name(title, date(2031, 3, 3), "csv")

    assert name.endswith("-2031-03-03.csv")
    assert not set(name) & set('/\\:*?"<>| \r\n')
    assert not name.startswith(("-", "."))


def test_a_file_is_called_after_the_report() -> None:
    name = file_name("Rapport Suivi des ceintures", date(2031, 3, 3), "xlsx")

    assert name == "rapport-suivi-des-ceintures-2031-03-03.xlsx"
    assert set(file_name("Bericht Gürtelübersicht", date(2031, 3, 3), "csv")) <= set(
        string.ascii_lowercase + string.digits + "-."
    )
