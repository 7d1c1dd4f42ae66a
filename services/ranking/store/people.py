"""Queries about the studio's settings, people, and their journals."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.ranking.domain import Entry, Mark, Move, Rules, Term, Visit, Words
from services.ranking.models import EntryRow, PersonRow, StudioRow
from services.ranking.store.shapes import read_placement, written_placement
from shared.writes import Writes

_STUDIO_ID = 1

# -- the studio -------------------------------------------------------------------------------

STUDIO_COLUMNS = (
    StudioRow.active_since,
    StudioRow.time_zone,
    StudioRow.language,
    StudioRow.term,
    StudioRow.words,
)
_STUDIO = select(*STUDIO_COLUMNS).where(StudioRow.studio_id == _STUDIO_ID)
_STUDIO_FOR_UPDATE = _STUDIO.with_for_update()
_KEEP_STUDIO = upsert(StudioRow)
_KEEP_STUDIO = _KEEP_STUDIO.on_conflict_do_update(
    index_elements=["studio_id"],
    set_={
        name: getattr(_KEEP_STUDIO.excluded, name)
        for name in ("active_since", "time_zone", "language", "term", "words")
    },
)


@dataclass(frozen=True, slots=True)
class Studio:
    """The studio's settings; `active_since` None: switched off.

    Before the first activation nobody has `said` anything, not even where the studio is.
    """

    active_since: date | None = None
    time_zone: str = "UTC"
    language: str = "en"
    term: Term = Term.BELTS
    words: dict[str, Words] | None = None
    said: bool = True

    @property
    def active(self) -> bool:
        """Say whether ranking is switched on."""
        return self.active_since is not None


def read_studio(row: Any) -> Studio:
    """Read the studio off a row that has its columns."""
    words = {language: Words(**two) for language, two in row.words.items()}
    return Studio(row.active_since, row.time_zone, row.language, Term(row.term), words)


def find_studio(sql: Connection, *, lock: bool = False) -> Studio:
    """Give the studio's settings, locked if they are about to change.

    Before the first activation these are the ones it begins with.
    """
    row = sql.execute(_STUDIO_FOR_UPDATE if lock else _STUDIO).one_or_none()
    return Studio(said=False) if row is None else read_studio(row)


def keep_studio(sql: Connection, studio: Studio) -> None:
    """Keep the studio's settings."""
    words = {lang: {"title": w.title, "unit": w.unit} for lang, w in (studio.words or {}).items()}
    row = {
        "studio_id": _STUDIO_ID,
        "active_since": studio.active_since,
        "time_zone": studio.time_zone,
        "language": studio.language,
        "term": studio.term.value,
        "words": words,
    }
    sql.execute(_KEEP_STUDIO, row)


# -- people -----------------------------------------------------------------------------------

_PERSON_COLUMNS = (
    PersonRow.person_id,
    PersonRow.name,
    PersonRow.language,
    PersonRow.sequence,
    PersonRow.entries,
    PersonRow.erased_at,
    PersonRow.merged_into,
)
_PERSON = select(*_PERSON_COLUMNS).where(PersonRow.person_id == bindparam("person_id"))
# Somebody not heard of yet gets a row, so that there is one to lock.
_LOCK_PERSON = (
    upsert(PersonRow)
    .on_conflict_do_update(index_elements=["person_id"], set_={"entries": PersonRow.entries})
    .returning(*_PERSON_COLUMNS)
)
_PEOPLE = (
    select(*_PERSON_COLUMNS)
    .where(PersonRow.person_id.in_(bindparam("ids", expanding=True)))
    .order_by(PersonRow.person_id)
)
_LOCK_PEOPLE = _PEOPLE.with_for_update()
_LOCK_FREE_PEOPLE = _PEOPLE.with_for_update(skip_locked=True)
_KEEP_PERSON = upsert(PersonRow)
_KEEP_PERSON = _KEEP_PERSON.on_conflict_do_update(
    index_elements=["person_id"],
    set_={name: getattr(_KEEP_PERSON.excluded, name) for name in ("name", "language", "sequence")},
    # An older word changes nothing, and no word brings back a name that was erased or merged.
    where=(PersonRow.sequence < _KEEP_PERSON.excluded.sequence)
    & PersonRow.erased_at.is_(None)
    & PersonRow.merged_into.is_(None),
)
_MERGE_PERSON = (
    update(PersonRow)
    .where(
        (PersonRow.person_id == bindparam("gone")) | (PersonRow.merged_into == bindparam("gone"))
    )
    .values(merged_into=bindparam("stays"), name="", language="")
)
_ERASE_PERSON = (
    update(PersonRow)
    .where(PersonRow.person_id == bindparam("id"))
    .values(name="", language="", erased_at=func.coalesce(PersonRow.erased_at, bindparam("at")))
)
_MERGED_INTO = select(PersonRow.person_id).where(PersonRow.merged_into == bindparam("id"))
_MEANT = select(PersonRow.person_id, PersonRow.merged_into).where(
    PersonRow.person_id.in_(bindparam("ids", expanding=True)), PersonRow.merged_into.is_not(None)
)


@dataclass(frozen=True, slots=True)
class Person:
    """A person; `sequence` 0: booking has not said who they are yet."""

    person_id: UUID
    name: str
    language: str
    sequence: int
    entries: int
    erased_at: datetime | None = None
    merged_into: UUID | None = None

    @property
    def known(self) -> bool:
        """Say whether booking has named them, and they were not erased since."""
        return self.sequence > 0 and self.erased_at is None


def keep_person(
    writes: Writes, person_id: UUID, *, name: str, language: str, sequence: int
) -> None:
    """Keep a person's name and language, if this is newer than what is known."""
    row = {"person_id": person_id, "name": name, "language": language, "sequence": sequence}
    writes.add(_KEEP_PERSON, row | {"entries": 0})


def find_person(sql: Connection, person_id: UUID) -> Person | None:
    """Find a person booking has told of, under whichever id of theirs."""
    row = sql.execute(_PERSON, {"person_id": person_id}).one_or_none()
    if row is not None and row.merged_into is not None:
        return find_person(sql, row.merged_into)
    person = None if row is None else Person(*row)
    return person if person is not None and person.known else None


def heard_of(sql: Connection, person_id: UUID) -> bool:
    """Say whether anything was ever heard of a person, named, erased or neither."""
    return sql.execute(_PERSON, {"person_id": person_id}).first() is not None


def lock_person(sql: Connection, person_id: UUID) -> Person:
    """Keep everything of a person from changing until the commit."""
    row = {"person_id": person_id, "name": "", "language": "en", "sequence": 0, "entries": 0}
    return Person(*sql.execute(_LOCK_PERSON, row).one())


def lock_meant(sql: Connection, person_id: UUID) -> Person:
    """Lock whom an id means: another one where two records turned out to be of one person."""
    person = lock_person(sql, person_id)
    while person.merged_into is not None:
        person = lock_person(sql, person.merged_into)
    return person


def meant(sql: Connection, ids: Collection[UUID]) -> list[UUID]:
    """Give the ids people have now, each once."""
    moved = {row.person_id: row.merged_into for row in sql.execute(_MEANT, {"ids": list(ids)})}
    return list(dict.fromkeys(moved.get(person_id, person_id) for person_id in ids))


def merge_person(sql: Connection, gone: UUID, stays: UUID) -> None:
    """Have an id mean another person from now on."""
    sql.execute(_MERGE_PERSON, {"gone": gone, "stays": stays})


def merged_into(sql: Connection, person_id: UUID) -> list[UUID]:
    """Give the ids a person had, too."""
    return list(sql.execute(_MERGED_INTO, {"id": person_id}).scalars())


def erase_person(sql: Connection, person_id: UUID, *, at: datetime) -> None:
    """Take the name and language of a locked person, for good."""
    sql.execute(_ERASE_PERSON, {"id": person_id, "at": at})


def lock_people(sql: Connection, ids: Collection[UUID], *, wait: bool = True) -> list[Person]:
    """Lock several people, in the order of their ids; those others hold only where `wait`."""
    query = _LOCK_PEOPLE if wait else _LOCK_FREE_PEOPLE
    return [Person(*row) for row in sql.execute(query, {"ids": list(ids)})]


def names_of(sql: Connection, ids: Collection[UUID]) -> dict[UUID, str]:
    """Give what people are called."""
    return {row.person_id: row.name for row in sql.execute(_PEOPLE, {"ids": list(ids)})}


# -- journals -----------------------------------------------------------------------------------

_ADD_ENTRY = insert(EntryRow)
_COUNT_ENTRY = (
    update(PersonRow)
    .where(PersonRow.person_id == bindparam("id"))
    .values(entries=bindparam("number_of"))
)
_JOURNAL = (
    select(EntryRow.body)
    .where(EntryRow.person_id == bindparam("person_id"))
    .order_by(EntryRow.number)
)


def add_entry(writes: Writes, person: Person, entry: Entry, *, at: datetime) -> None:
    """Write an entry into a locked person's journal."""
    number = person.entries + 1
    row = {"person_id": person.person_id, "number": number, "written_at": at}
    writes.add(_ADD_ENTRY, row | {"body": _written(entry)})
    writes.add(_COUNT_ENTRY, {"id": person.person_id, "number_of": number})


def journals_of(sql: Connection, person_id: UUID) -> dict[UUID, Sequence[Entry]]:
    """Read a person's journal and those of the records merged into theirs, each oldest first."""
    found = {person_id: _journal(sql, person_id)}
    for merged in [entry.merged for entry in found[person_id] if entry.merged is not None]:
        found |= journals_of(sql, merged)
    return found


def _journal(sql: Connection, person_id: UUID) -> Sequence[Entry]:
    return [_read(body) for body in sql.execute(_JOURNAL, {"person_id": person_id}).scalars()]


def _written(entry: Entry) -> dict[str, Any]:
    body: dict[str, Any] = {
        "today": entry.today.isoformat(),
        "rules": {
            str(category_id): [rules.version, rules.automatic, rules.active_since.isoformat()]
            for category_id, rules in entry.rules.items()
        },
    }
    if entry.mark is not None:
        visit = entry.mark.visit
        came = [visit.day.isoformat(), visit.starts_at.isoformat()] if visit else None
        body["mark"] = [str(entry.mark.booking_id), came]
    if entry.merged is not None:
        body["merged"] = str(entry.merged)
    if entry.move is not None:
        body["move"] = [str(entry.move.category_id), written_placement(entry.move.placement)]
    return body


def _read(body: dict[str, Any]) -> Entry:
    mark = move = None
    if "mark" in body:
        booking_id, came = UUID(body["mark"][0]), body["mark"][1]
        visit = (
            Visit(date.fromisoformat(came[0]), datetime.fromisoformat(came[1]), booking_id)
            if came
            else None
        )
        mark = Mark(booking_id, visit)
    if "move" in body:
        move = Move(UUID(body["move"][0]), read_placement(body["move"][1]))
    rules = {
        UUID(category_id): Rules(version, automatic, date.fromisoformat(active_since))
        for category_id, (version, automatic, active_since) in body["rules"].items()
    }
    merged = UUID(body["merged"]) if "merged" in body else None
    return Entry(date.fromisoformat(body["today"]), rules, mark, move, merged)
