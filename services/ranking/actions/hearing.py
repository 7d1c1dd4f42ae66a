"""What ranking hears of people and visits, and what the clock brings."""

from datetime import datetime

from services.ranking import store
from services.ranking.actions.settling import settle_people
from services.ranking.domain import Mark, Visit, local_day
from shared.contracts.booking import PersonChanged, PersonRegistered, VisitRecorded, VisitRetracted
from shared.db import Tx


def keep_person(tx: Tx, person: PersonRegistered | PersonChanged) -> None:
    """Keep what a person is called and which language they read."""
    store.keep_person(
        tx.writes,
        person.person_id,
        name=person.name,
        language=person.language,
        sequence=person.sequence,
    )


def count_visit(tx: Tx, visit: VisitRecorded | VisitRetracted, *, at: datetime) -> None:
    """Count a visit, or count it no longer; an older word about the same booking is no news.

    Visits are kept even while ranking is off and for people without a rank: whoever is placed
    later that day has them counted (Mi3). The day is the studio's, wherever the class is held;
    until the studio has said where it is, the class's own. Source: M3, M33, Mi5.
    """
    person = store.lock_meant(tx.sql, visit.person_id)
    moved = person.person_id != visit.person_id
    if moved:  # what this batch has written of them under their own id is to be seen
        tx.flush()
        person = store.lock_person(tx.sql, person.person_id)
    studio, came = store.find_studio(tx.sql), isinstance(visit, VisitRecorded)
    day = local_day(visit.starts_at, studio.time_zone if studio.said else visit.time_zone)
    news = store.keep_visit(
        tx.sql,
        {
            "booking_id": visit.booking_id,
            "person_id": person.person_id,
            "session_id": visit.session_id,
            "starts_at": visit.starts_at,
            "time_zone": visit.time_zone,
            "day": day,
            "attended": came,
            "sequence": visit.sequence,
        },
    )
    if news:
        counted = Visit(day, visit.starts_at, visit.booking_id) if came else None
        settle_people(tx, [person], at=at, mark=Mark(visit.booking_id, counted))
    if moved:
        tx.flush()


def watch_tenure(tx: Tx, *, at: datetime, limit: int = 200) -> int:
    """Look at the people whose time has come, or whose rules have changed; give how many.

    People another replica is working on are left to it. Source: M4.
    """
    studio = store.find_studio(tx.sql)
    if not studio.active:
        return 0
    today = local_day(at, studio.time_zone)
    due = store.due_people(tx.sql, today=today, limit=limit)
    if not due:
        return 0
    people = store.lock_people(tx.sql, due, wait=False)
    still = set(store.due_people(tx.sql, today=today, limit=limit)) if people else set()
    mine = [person for person in people if person.person_id in still]
    settle_people(tx, mine, at=at)
    if mine and len(due) == limit:
        tx.wake("watch_tenure")
    return len(mine)
