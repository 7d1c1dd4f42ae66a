"""The people of a session as a file: asked for, made in the background, fetched by a link."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from services.booking import store
from services.booking.actions.roster import get_roster
from services.booking.domain import DownloadKind, DownloadState, on_the_wall
from shared.config import settings
from shared.contracts import Values
from shared.contracts.booking import DOWNLOAD_LINK, DOWNLOAD_PATH
from shared.contracts.errors import DownloadNotFound, SessionNotFound
from shared.db import Tx
from shared.language import spoken_moment, spoken_zone
from shared.links import sign_link
from shared.sheets import Sheet, file_name

KEPT = timedelta(hours=24)
"""How long a file can be fetched, and its link is good."""
_LEASE = timedelta(minutes=5)
_ATTEMPTS = 3
_PAUSE = timedelta(seconds=20)
_MOST_WAITING = 100_000
_TAKEN_UP, _READ, _DONE = 10, 40, 100  # percent
_WIDTHS = (5, 6, 4, 3, 2, 4)
_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Bookings: {name}",
        "head": "Name|Email|Mobile|Status|Warmth|Booked",
        "booked": "Booked",
        "waiting": "Waiting list",
        "when": "When",
        "staff": "With",
        "where": "Where",
        "status": "booked|attended|no-show|cancelled|waiting|reserved",
        "warmth": "cold|warm|hot",
    },
    "it": {
        "title": "Prenotazioni: {name}",
        "head": "Nome|Email|Cellulare|Stato|Interesse|Prenotato il",
        "booked": "Prenotati",
        "waiting": "Lista d'attesa",
        "when": "Quando",
        "staff": "Con",
        "where": "Dove",
        "status": "prenotato|presente|assente|annullato|in attesa|riservato",
        "warmth": "freddo|tiepido|caldo",
    },
    "fr": {
        "title": "Réservations : {name}",
        "head": "Nom|E-mail|Mobile|État|Intérêt|Réservé le",
        "booked": "Inscrits",
        "waiting": "Liste d'attente",
        "when": "Quand",
        "staff": "Avec",
        "where": "Où",
        "status": "inscrit|présent|absent|annulé|en attente|réservé",
        "warmth": "froid|tiède|chaud",
    },
    "de": {
        "title": "Buchungen: {name}",
        "head": "Name|E-Mail|Mobil|Stand|Wärme|Gebucht am",
        "booked": "Gebucht",
        "waiting": "Warteliste",
        "when": "Wann",
        "staff": "Mit",
        "where": "Wo",
        "status": "gebucht|anwesend|nicht erschienen|storniert|wartet|reserviert",
        "warmth": "kalt|warm|heiß",
    },
}
_STATUSES = ("booked", "attended", "no_show", "cancelled", "waitlisted", "reserved")
_BANDS = ("cold", "warm", "hot")


def request_download(
    tx: Tx, session_id: UUID, kind: DownloadKind, language: str | None, *, at: datetime
) -> Values:
    """Have the people of a session made into a file; it is begun at once.

    Source: Q28, Q29, Q30.
    """
    if store.find_session(tx.sql, session_id) is None:
        raise SessionNotFound(str(session_id))
    download: Values = {
        "download_id": uuid4(),
        "session_id": session_id,
        "kind": kind.value,
        "language": language or settings().studio_language,
        "state": DownloadState.REQUESTED.value,
        "progress": 0,
        "attempts": 0,
        "requested_at": at,
        "due_at": at,
        "expires_at": at + KEPT,
    }
    store.add_download(tx.sql, download)
    tx.wake("make_downloads")
    return download | {"url": None}


def get_download(sql: Any, download_id: UUID) -> Values:
    """Give how far a download is, and once it is ready where to fetch it.

    Raises:
        DownloadNotFound: there is none, or it was dropped.
    """
    row = store.find_download(sql, download_id)
    if row is None:
        raise DownloadNotFound(str(download_id))
    url = None
    if row.state == DownloadState.READY:
        token = sign_link(DOWNLOAD_LINK, download_id, expires_at=row.expires_at)
        url = settings().public_url("booking") + DOWNLOAD_PATH.format(token=token)
    return {**row._asdict(), "url": url}


def claim_download(tx: Tx, *, at: datetime) -> Any | None:
    """Take up the next file to be made, for a while; what failed too often is given up.

    Whoever claims it has its number of the attempt; a later claim makes an earlier one void.
    """
    row = store.due_download(tx.sql, at=at)
    if row is None:
        return None
    attempt = row.attempts + 1
    if attempt > _ATTEMPTS:
        reason = row.error or "it was taken up again and again, and never finished"
        _give_up(tx, row.download_id, reason, at=at)
        return None
    changes = {
        "state": DownloadState.MAKING.value,
        "attempts": attempt,
        "progress": _TAKEN_UP,
        "due_at": at + _LEASE,
    }
    store.change_download(tx.sql, row.download_id, changes)
    return {**row._asdict(), **changes}


def read_download(tx: Tx, download: Values, *, at: datetime) -> Sheet:
    """Read what a file is to hold: the bookings screen's header and rows, whoever waits too."""
    store.change_download(
        tx.sql, download["download_id"], {"progress": _READ}, attempt=download["attempts"]
    )
    roster = get_roster(tx.sql, download["session_id"], waiting_rows=_MOST_WAITING, at=at)
    return roster_sheet(roster, download["language"])


def finish_download(
    tx: Tx, download: Values, sheet: Sheet, content: bytes, *, at: datetime
) -> None:
    """Keep the file that was made, unless another attempt was quicker."""
    day = on_the_wall(at, settings().studio_time_zone).date()
    changes = {
        "state": DownloadState.READY.value,
        "progress": _DONE,
        "due_at": None,
        "finished_at": at,
        "expires_at": at + KEPT,
        "error": "",
        "rows": len(sheet.rows),
        "file_name": file_name(sheet.title, day, download["kind"]),
        "content": content,
    }
    store.change_download(tx.sql, download["download_id"], changes, attempt=download["attempts"])


def fail_download(tx: Tx, download: Values, error: str, *, at: datetime) -> None:
    """Note that making a file went wrong: it is tried again, in the end given up."""
    if download["attempts"] >= _ATTEMPTS:
        _give_up(tx, download["download_id"], error, at=at)
        return
    changes = {
        "state": DownloadState.REQUESTED.value,
        "progress": 0,
        "due_at": at + _PAUSE * download["attempts"],
        "error": error,
    }
    store.change_download(tx.sql, download["download_id"], changes, attempt=download["attempts"])


def prune_downloads(tx: Tx, *, at: datetime) -> int:
    """Drop the files whose time is over; give how many."""
    return store.drop_downloads(tx.sql, before=at)


def _give_up(tx: Tx, download_id: UUID, error: str, *, at: datetime) -> None:
    changes = {
        "state": DownloadState.FAILED.value,
        "progress": 0,
        "due_at": None,
        "finished_at": at,
        "error": error,
    }
    store.change_download(tx.sql, download_id, changes)


def roster_sheet(roster: Values, language: str) -> Sheet:
    """Make the bookings screen a table, times in the session's zone.

    Source: Q15 to Q19, Q32 to Q36.
    """
    header, words = roster["header"], _WORDS[language]
    session = header["session"]
    zone = session.time_zone
    starts = spoken_moment(session.starts_at, zone, language)
    statuses = dict(zip(_STATUSES, words["status"].split("|"), strict=True))
    bands = dict(zip(_BANDS, words["warmth"].split("|"), strict=True))
    rows = [
        (
            row["name"],
            row["email"],
            row["phone"],
            statuses[row["status"]],
            f"{row['warmth'].score} ({bands[row['warmth'].band]})",
            _minute(row["booked_at"] or row["since"], zone),
        )
        for row in roster["rows"]
    ]
    above = [
        (words["booked"], f"{header['booked']}/{session.capacity}"),
        (words["waiting"], f"{header['waiting']}/{session.waiting_list_size}"),
        (words["when"], f"{starts} ({spoken_zone(zone, language)})"),
        (words["staff"], session.staff),
        (words["where"], session.location),
    ]
    title = words["title"].format(name=session.name)
    return Sheet(title, words["head"].split("|"), rows, above, _WIDTHS, language)


def _minute(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
