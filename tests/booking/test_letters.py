"""Letters of the staff, and files of a session's people."""

import csv
import io
import zipfile
from datetime import timedelta
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import pytest
from sqlalchemy import text

from shared import outbox
from shared.config import settings
from shared.contracts.booking import MessageRequested
from shared.contracts.errors import (
    DownloadNotFound,
    InvalidRequest,
    NobodyToWriteTo,
    SessionNotFound,
)
from shared.letters import AT_ONCE
from shared.sheets import KINDS, Sheet, write_sheet
from tests.flows.studio import Studio

EMAIL = {"channel": "email", "subject": "Bring a towel", "text": "It will be hot.\nSee you!"}
SMS = {"channel": "sms", "text": "Bring a towel"}


def letters(studio: Studio) -> list[MessageRequested]:
    """Read the letters booking has said, off its journal."""
    with studio.suite.sql("booking") as sql:
        said, _ = outbox.unconfirmed(sql, before=studio.suite.now() + timedelta(days=1), limit=9999)
    return [
        MessageRequested.from_wire(one.body) for one in said if one.topic == MessageRequested.topic
    ]


# -- letters ----------------------------------------------------------------------------------


@pytest.mark.rule("Q42")
def test_one_person_is_written_an_email(studio: Studio) -> None:
    person_id = studio.person("ada")

    batch = studio.suite.booking.message_person(person_id=person_id, **EMAIL)

    (letter,) = letters(studio)
    assert batch == {"batch_id": str(letter.batch_id), "count": 1, "left_out": 0}
    assert (letter.channel, letter.subject, letter.text) == tuple(EMAIL.values())
    assert str(letter.person_id) == person_id
    assert letter.session_id is None


@pytest.mark.rule("Q43")
def test_one_person_is_written_a_text_message_about_a_session(studio: Studio) -> None:
    studio.session()
    made = studio.suite.booking.register_person(kind="client", name="Ada", phone="+39021234567")

    studio.suite.booking.message_person(
        person_id=made["person_id"], session_id=studio.session_id, **SMS
    )

    (letter,) = letters(studio)
    assert (letter.channel, letter.subject, letter.about_name) == ("sms", "", "Open day")


@pytest.mark.rule("Q26", "Q27")
def test_everybody_booked_is_written_to_and_nobody_else(studio: Studio) -> None:
    studio.session(capacity=3, waiting=5)
    for name in ("ada", "grace", "alan", "edsger"):
        studio.book(name)
        studio.settle()
    studio.cancel("ada")
    studio.settle()

    batch = studio.suite.booking.message_session(session_id=studio.session_id, **EMAIL)
    studio.suite.run_woken()

    assert batch["count"] == 3
    names = {person_id: name for name, person_id in studio.people.items()}
    written = letters(studio)
    assert sorted(names[str(one.person_id)] for one in written) == ["alan", "edsger", "grace"]
    assert {(str(one.batch_id), one.batch_size) for one in written} == {(batch["batch_id"], 3)}
    assert len({one.letter_id for one in written}) == 3


def test_those_who_wait_can_be_written_to(studio: Studio) -> None:
    studio.full("ada", waiting=["grace", "alan"])

    batch = studio.suite.booking.message_session(
        session_id=studio.session_id, to="waiting", **EMAIL
    )

    assert batch["count"] == 2


def test_a_letter_to_many_goes_out_a_few_hundred_at_a_time_to_each_once(studio: Studio) -> None:
    many = 2 * AT_ONCE + 7
    studio.session(capacity=many, waiting=0)
    for number in range(many):
        studio.book(f"person{number}")
    studio.suite.take_out()
    batch = studio.suite.booking.message_session(session_id=studio.session_id, **EMAIL)

    sizes = []
    while True:
        before = len(letters(studio))
        studio.suite.tick("booking.say_letters")
        said = len(letters(studio)) - before
        if not said:
            break
        sizes.append(said)

    assert sizes == [AT_ONCE, AT_ONCE, 7]
    assert batch["count"] == many
    assert len({one.person_id for one in letters(studio)}) == many


def test_a_letter_that_advertises_goes_only_to_who_agreed(studio: Studio) -> None:
    studio.session(capacity=3)
    studio.book("ada")
    studio.book("grace")
    studio.suite.booking.change_consent(
        person_id=studio.people["ada"], given=False, how="by telephone"
    )

    batch = studio.suite.booking.message_session(
        session_id=studio.session_id, marketing=True, **EMAIL
    )
    studio.suite.run_woken()

    assert (batch["count"], batch["left_out"]) == (1, 1)
    assert [str(one.person_id) for one in letters(studio)] == [studio.people["grace"]]
    with pytest.raises(NobodyToWriteTo, match="has not agreed"):
        studio.suite.booking.message_person(person_id=studio.people["ada"], marketing=True, **EMAIL)


def test_nobody_is_written_to_by_a_way_that_does_not_reach_them(studio: Studio) -> None:
    studio.session(capacity=3)
    studio.book("ada")

    with pytest.raises(NobodyToWriteTo, match="cannot be reached by sms"):
        studio.suite.booking.message_person(person_id=studio.people["ada"], **SMS)
    with pytest.raises(NobodyToWriteTo, match="of 1 people nobody"):
        studio.suite.booking.message_session(session_id=studio.session_id, **SMS)
    assert letters(studio) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "x" * 20_001}, "text"),
        ({"text": "bell \x07"}, "text"),
        ({"subject": "a\r\nBcc: all@example.com"}, "subject"),
        ({"subject": None}, "subject"),
        ({"channel": "pigeon"}, "channel"),
        ({"channel": "sms"}, "subject"),
        ({"marketing": "perhaps"}, "marketing"),
    ],
)
def test_what_cannot_be_a_letter_is_refused_by_field(
    studio: Studio, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidRequest, match=f"{field}: "):
        studio.suite.booking.message_person(
            person_id=studio.person("ada"), **({**EMAIL, **changes})
        )
    assert letters(studio) == []


def test_a_long_text_message_is_refused(studio: Studio) -> None:
    with pytest.raises(InvalidRequest, match="text: A text message has 1000"):
        studio.suite.booking.message_person(
            person_id=studio.person("ada"), channel="sms", text="x" * 1001
        )


# -- downloads --------------------------------------------------------------------------------


def download(studio: Studio, **more: Any) -> Any:
    """Ask for the people of the session as a file, and have it made."""
    made = studio.suite.booking.request_download(session_id=studio.session_id, **more)
    studio.suite.run_woken()
    return studio.suite.booking.get_download(download_id=made["download_id"])


@pytest.fixture
def shown(studio: Studio) -> Studio:
    studio.session(capacity=2, waiting=5)
    register = studio.suite.booking.register_person
    for name in ("=SUM(A1)", "Ζωή 田中 Łucja"):
        made = register(kind="client", name=name, email="x@example.com", phone="+39021234567")
        studio.people[name] = made["person_id"]
        studio.book(name)
        studio.settle()
    studio.book("ada")
    studio.settle()
    return studio


@pytest.mark.rule("Q28")
def test_a_file_names_everybody_who_waits_though_the_screen_does_not(studio: Studio) -> None:
    studio.full("ada", waiting=["grace"])
    with studio.suite.sql("booking") as sql:  # 511 more
        for _ in range(9):
            sql.execute(
                text(
                    "INSERT INTO waiting (entry_id, session_id, person_id, state, since, quantity) "
                    "SELECT lower(hex(randomblob(16))), session_id, person_id, state, since, 1 "
                    "FROM waiting"
                )
            )

    asked = studio.suite.booking.request_download(session_id=studio.session_id, format="csv")
    studio.suite.run_woken()

    ready = studio.suite.booking.get_download(download_id=asked["download_id"])
    assert ready["rows"] == 1 + 512
    assert len(studio.roster["rows"]) == 1 + 500


@pytest.mark.rule("Q28", "H4")
def test_a_download_is_made_in_the_background_and_fetched_by_its_link(shown: Studio) -> None:
    asked = shown.suite.booking.request_download(session_id=shown.session_id, format="csv")
    assert (asked["state"], asked["progress"], asked["url"]) == ("requested", 0, None)

    shown.suite.run_woken()

    ready = shown.suite.booking.get_download(download_id=asked["download_id"])
    assert (ready["state"], ready["progress"], ready["rows"]) == ("ready", 100, 3)
    answer = shown.http("GET", ready["url"])
    assert answer.status_code == 200
    assert answer.content_type == KINDS["csv"]
    disposition = unquote(answer.headers["Content-Disposition"])
    assert disposition == f"attachment; filename*=UTF-8''{ready['file_name']}"
    text = answer.get_data().decode("utf-8-sig")
    assert answer.get_data().startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == ["Name", "Email", "Mobile", "Status", "Warmth", "Booked"]
    assert [row[0] for row in rows[1:]] == ["'=SUM(A1)", "Ζωή 田中 Łucja", "ada"]
    assert rows[1][2] == "'+39021234567"
    assert [row[3] for row in rows[1:]] == ["booked", "booked", "waiting"]
    assert rows[1][4] == "50 (warm)"


@pytest.mark.rule("Q29", "Q30", "H4")
def test_a_download_is_made_as_pdf_with_the_header_of_the_screen(
    shown: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATELIER_STUDIO_TIME_ZONE", "Europe/Rome")
    settings.cache_clear()
    now = shown.suite.now()
    late = now.replace(hour=23, minute=30) - now  # the day after, where the studio is
    shown.suite.advance(seconds=late.total_seconds())

    ready = download(shown, format="pdf", language="it")

    content = shown.http("GET", ready["url"]).get_data()
    assert content.startswith(b"%PDF-")
    tomorrow = (now + timedelta(days=1)).date()
    assert ready["file_name"] == f"prenotazioni-open-day-{tomorrow}.pdf"


def test_a_download_is_made_as_a_workbook_whose_cells_do_not_run(shown: Studio) -> None:
    ready = download(shown, format="xlsx")

    content = shown.http("GET", ready["url"]).get_data()
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        texts = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "=SUM(A1)" in texts


def test_a_link_to_a_file_is_good_for_a_day_and_for_nothing_else(shown: Studio) -> None:
    url = download(shown)["url"]
    path, _, token = url.rpartition("/")

    assert shown.http("GET", f"{path}/{token[:-1]}").status_code == 404
    assert shown.http("GET", url.replace("/downloads/", "/cancel/")).status_code == 404
    shown.suite.advance(hours=24)
    assert shown.http("GET", url).status_code == 410


def test_old_files_are_dropped(shown: Studio) -> None:
    ready = download(shown)
    shown.suite.advance(hours=25)

    shown.suite.tick("booking.prune_downloads")

    with pytest.raises(DownloadNotFound):
        shown.suite.booking.get_download(download_id=ready["download_id"])


def test_what_cannot_be_downloaded_is_refused(studio: Studio) -> None:
    with pytest.raises(SessionNotFound):
        studio.suite.booking.request_download(session_id=str(uuid4()))
    studio.session()
    with pytest.raises(InvalidRequest, match="format: "):
        studio.suite.booking.request_download(session_id=studio.session_id, format="exe")
    with pytest.raises(DownloadNotFound):
        studio.suite.booking.get_download(download_id=str(uuid4()))


def test_a_file_whose_maker_died_is_made_by_another(shown: Studio) -> None:
    asked = shown.suite.booking.request_download(session_id=shown.session_id)
    claimed = shown.suite.worker("booking").claim_download()
    assert claimed is not None
    assert shown.suite.worker("booking").claim_download() is None
    shown.suite.advance(minutes=6)

    shown.suite.tick("booking.make_downloads")

    ready = shown.suite.booking.get_download(download_id=asked["download_id"])
    assert ready["state"] == "ready"
    shown.suite.worker("booking").make_download(claimed)  # the first one wakes up after all
    again = shown.suite.booking.get_download(download_id=asked["download_id"])
    assert again == ready


def test_a_file_whose_makers_keep_dying_is_given_up(shown: Studio) -> None:
    asked = shown.suite.booking.request_download(session_id=shown.session_id)
    claims = []
    for _ in range(4):
        claims.append(shown.suite.worker("booking").claim_download())
        shown.suite.advance(minutes=6)

    found = shown.suite.booking.get_download(download_id=asked["download_id"])

    assert [claim is not None for claim in claims] == [True, True, True, False]
    assert found["state"] == "failed"
    assert "never finished" in found["error"]


def test_a_file_that_cannot_be_made_is_given_up_after_three_tries_and_says_why(
    shown: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(kind: str, sheet: Sheet) -> bytes:
        raise OSError(kind, len(sheet.rows))

    monkeypatch.setattr("services.booking.service.downloads.written", fails)
    asked = shown.suite.booking.request_download(session_id=shown.session_id)
    states = []
    for _ in range(3):
        shown.suite.tick("booking.make_downloads")
        found = shown.suite.booking.get_download(download_id=asked["download_id"])
        states.append(found["state"])
        shown.suite.advance(minutes=2)

    assert states == ["requested", "requested", "failed"]
    assert "OSError" in found["error"]
    assert found["url"] is None


# -- files ------------------------------------------------------------------------------------


def test_the_same_table_gives_the_same_pdf() -> None:
    sheet = Sheet("Bookings", ["Name"], [["Ada"]] * 5, [("When", "Monday")])

    assert write_sheet("pdf", sheet) == write_sheet("pdf", sheet)


@pytest.mark.parametrize("name", ["<b>&amp;", "田中", "김철수", "שלום", "🎉", "a" * 500, ""])
@pytest.mark.parametrize("kind", KINDS)
def test_every_name_can_be_written_in_every_kind_of_file(kind: str, name: str) -> None:
    assert write_sheet(kind, Sheet(name, [name or "-"], [[name], [None], [3]], [("A", name)]))
