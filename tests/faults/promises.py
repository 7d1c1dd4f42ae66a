"""What must be true of a run that has come to rest, whatever happened to it before."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from services.notify.domain import wait_of
from tests.smtp_sink import Mailbox
from tests.stack import Stack


def violations(run: Stack, sink: Mailbox) -> list[str]:
    """List the promises a run has broken; it must be at rest, or an open end counts as one."""
    seen = Seen(run, sink)
    checks = (
        seats_add_up,
        seats_of_events_add_up,
        nobody_has_two_seats,
        nobody_is_registered_twice,
        nobody_waits_beside_a_free_seat,
        every_spot_ended_in_one_way,
        first_come_first_served,
        the_roster_knows_who_waits,
        everything_said_was_handled,
        every_fact_had_its_effect_once,
        one_email_for_each_event,
    )
    return [fault for check in checks for fault in check(seen)]


class Seen:
    """Everything the checks look at, read once."""

    def __init__(self, run: Stack, sink: Mailbox) -> None:
        """Read the databases and the mail server's notes."""
        self.sessions = run.rows("booking", "SELECT *, starts_at <= now() AS over FROM sessions")
        self.bookings = run.rows("booking", "SELECT * FROM bookings")
        self.holds = run.rows("booking", "SELECT * FROM holds")
        self.roster = run.rows("booking", "SELECT * FROM waiting WHERE state <> 'gone'")
        self.targets = run.rows("events", "SELECT * FROM targets")
        self.registrations = run.rows("events", "SELECT * FROM registrations")
        self.places = run.rows("events", "SELECT * FROM places")
        self.event_spots = run.rows("events", "SELECT * FROM spots")
        self.event_roster = run.rows("events", "SELECT * FROM waiting WHERE state <> 'gone'")
        self.queues = run.rows("waitlist", "SELECT *, closes_at <= now() AS over FROM queues")
        self.entries = run.rows("waitlist", "SELECT * FROM entries")
        self.spots = run.rows("waitlist", "SELECT * FROM spots")
        self.decisions = run.rows("waitlist", "SELECT * FROM decisions")
        self.messages = run.rows("notify", "SELECT * FROM messages")
        self.unsettled = run.unsettled()
        self.deferred = [
            (service, row)
            for service in sorted(run.awaited)
            for row in run.rows(service, "SELECT * FROM deferred")
        ]
        self.taken = sink.taken()
        self.said: Mapping[str, list[dict[str, Any]]] = defaultdict(list)
        self.facts = run.facts()
        for wire in self.facts:
            self.said[wire["fact"].partition(".")[0]].append(wire["data"])


Faults = Iterator[str]


def seats_add_up(seen: Seen) -> Faults:
    """Check that a session's count is its bookings and open holds, and never above its seats."""
    live = Counter(row.session_id for row in seen.bookings if row.state == "confirmed")
    held = Counter(row.session_id for row in seen.holds if row.state == "open")
    for session in seen.sessions:
        booked, open_holds = live[session.session_id], held[session.session_id]
        if session.taken != booked + open_holds:
            yield (
                f"session {session.session_id}: {session.taken} taken, "
                f"but {booked} booked and {open_holds} held"
            )
        if booked + open_holds > session.capacity:
            yield (
                f"session {session.session_id}: {booked} booked and {open_holds} held "
                f"on {session.capacity} seats"
            )


def seats_of_events_add_up(seen: Seen) -> Faults:
    """Check that a count is its places and open spots, above its seats only by staff's word."""
    live = Counter(row.target_id for row in seen.places if _live(row))
    beyond = Counter(row.target_id for row in seen.places if _live(row) and row.overruled)
    held = Counter(row.target_id for row in seen.event_spots if row.state == "open")
    for target in seen.targets:
        placed, open_spots = live[target.target_id], held[target.target_id]
        if target.open and target.taken != placed + open_spots:
            yield (
                f"target {target.target_id}: {target.taken} taken, "
                f"but {placed} placed and {open_spots} held"
            )
        seats = None if target.capacity is None else target.capacity + beyond[target.target_id]
        if seats is not None and placed + open_spots > seats:
            yield (
                f"target {target.target_id}: {placed} placed and {open_spots} held on {seats} seats"
            )


def nobody_is_registered_twice(seen: Seen) -> Faults:
    """Check that nobody has two registrations for an event, or two places in one thing of it."""
    registered = [row for row in seen.registrations if row.state != "cancelled"]
    twice = [
        *Counter((row.event_id, row.person_id) for row in registered).items(),
        *Counter((row.target_id, row.person_id) for row in seen.places if _live(row)).items(),
    ]
    for (what, person_id), number in twice:
        if number > 1:
            yield f"person {person_id} has {number} places in {what}"
    yield from _match(
        "live registrations",
        (row.registration_id for row in registered),
        "their places",
        {row.registration_id for row in seen.places if _live(row)},
    )
    yield from _match(
        "places given up",
        ((row.registration_id, row.target_id) for row in seen.places if not _live(row)),
        "RegistrationCancelled",
        (
            (UUID(data["registration_id"]), UUID(data["target_id"]))
            for data in seen.said["RegistrationCancelled"]
        ),
    )


def nobody_has_two_seats(seen: Seen) -> Faults:
    """Check that a person has one live booking of a session at most, and lost none unsaid."""
    live = Counter((row.session_id, row.person_id) for row in seen.bookings if _confirmed(row))
    for (session_id, person_id), number in live.items():
        if number > 1:
            yield f"person {person_id} has {number} places in session {session_id}"
    yield from _match(
        "cancelled bookings",
        (row.booking_id for row in seen.bookings if row.state == "cancelled"),
        "BookingCancelled",
        (data["booking_id"] for data in seen.said["BookingCancelled"]),
    )
    told = [*seen.said["BookingConfirmed"], *seen.said["SpotGranted"]]
    yield from _match(
        "bookings",
        (row.booking_id for row in seen.bookings),
        "BookingConfirmed and SpotGranted",
        (data["booking_id"] for data in told),
    )


def nobody_waits_beside_a_free_seat(seen: Seen) -> Faults:
    """Check that, while the list is open, nobody waits for a seat that is free."""
    queues = {row.queue_id: row for row in seen.queues}
    waiting = Counter(
        queues[row.queue_id].target_id
        for row in seen.entries
        if row.state == "waiting" and not queues[row.queue_id].over
    )
    free = [(row.session_id, row.capacity - row.taken) for row in seen.sessions]
    free += [
        (row.target_id, 1 if row.capacity is None else row.capacity - row.taken)
        for row in seen.targets
        if row.open
    ]
    for target_id, seats in free:
        if waiting[target_id] and seats > 0:
            yield f"session {target_id}: {waiting[target_id]} wait beside {seats} free seats"


def every_spot_ended_in_one_way(seen: Seen) -> Faults:
    """Check that a freed seat is one place now, or free, and both services say the same."""
    theirs = {row.spot_id: row.state for row in seen.spots}
    agree: dict[str, set[str | None]] = {
        "granted": {"allocated", "declined"},
        "returned": {"returned"},
        "ended": {"returned", "closed", None},
    }
    places = {row.booking_id for row in seen.bookings} | {row.place_id for row in seen.places}
    spots = [
        *((row.hold_id, row) for row in seen.holds if row.kind == "waitlist"),
        *((row.spot_id, row) for row in seen.event_spots),
    ]
    for spot_id, spot in spots:
        said = theirs.get(spot_id)
        if spot.state == "open":
            yield f"spot {spot_id} is still on its way (waitlist: {said})"
        elif said not in agree[spot.state]:
            yield f"spot {spot_id} was {spot.state}, but waitlist says {said}"
        if spot.state == "granted" and spot.entry_id not in places:
            yield f"spot {spot_id} was granted to {spot.entry_id}, who has no place"
    yield from _match(
        "granted spots",
        (spot_id for spot_id, spot in spots if spot.state == "granted"),
        "SpotAllocated and SpotDeclined",
        (data["spot_id"] for name in ("SpotAllocated", "SpotDeclined") for data in seen.said[name]),
    )
    yield from _match(
        "allocated entries",
        (row.entry_id for row in seen.entries if row.state == "allocated"),
        "SpotAllocated",
        (data["entry_id"] for data in seen.said["SpotAllocated"]),
    )
    for entry in seen.entries:
        if entry.state in {"claiming", "leaving"}:
            yield f"entry {entry.entry_id} is still {entry.state}"


def first_come_first_served(seen: Seen) -> Faults:
    """Check that nobody who waits, never turned down, stands before one who has a seat."""
    turned_down = {row.entry_id for row in seen.decisions if row.outcome == "refused"}
    last: dict[Any, int] = defaultdict(int)
    for entry in seen.entries:
        if entry.state == "allocated":
            last[entry.queue_id] = max(last[entry.queue_id], entry.position)
    for entry in seen.entries:
        waits = entry.state == "waiting" and entry.entry_id not in turned_down
        if waits and entry.position < last[entry.queue_id]:
            yield f"entry {entry.entry_id} was passed over"


def the_roster_knows_who_waits(seen: Seen) -> Faults:
    """Check that the bookings screen shows exactly those who wait, as the queue counts them."""
    yield from _match(
        "entries that wait",
        (row.entry_id for row in seen.entries if row.state == "waiting"),
        "the rosters of booking and events",
        (row.entry_id for row in [*seen.roster, *seen.event_roster]),
    )
    waiting = Counter(row.queue_id for row in seen.entries if row.state == "waiting")
    for queue in seen.queues:
        if queue.waiting != waiting[queue.queue_id]:
            yield f"queue {queue.queue_id} counts {queue.waiting} of {waiting[queue.queue_id]}"


def everything_said_was_handled(seen: Seen) -> Faults:
    """Check that the broker confirmed every committed fact, and each listener handled it."""
    yield from seen.unsettled
    for service, row in seen.deferred:
        state = "parked" if row.parked_at else "put by"
        yield f"{row.topic} is {state} in {service}.{row.entrypoint}: {row.error[:200]}"


def every_fact_had_its_effect_once(seen: Seen) -> Faults:
    """Check that no fact made a service say the same thing twice."""
    effects = Counter((w["caused_by"], w["fact"]) for w in seen.facts if w["caused_by"])
    for (cause, topic), times in effects.items():
        if times > 1:
            yield f"fact {cause} had {topic} said {times} times"


def one_email_for_each_event(seen: Seen) -> Faults:
    """Check that every allocation and confirmation is one email, by its Message-ID.

    A message whose fate was lost after the dot may come twice, but only under the same id.
    """
    due = [
        *(f"allocated:{d['entry_id']}:{d['spot_id']}" for d in seen.said["SpotAllocated"]),
        *(f"confirmed:{d['booking_id']}" for d in seen.said["BookingConfirmed"]),
        *(
            f"registered:{d['registration_id']}:{d['sequence']}"
            for d in seen.said["RegistrationConfirmed"]
        ),
    ]
    kinds = {"allocated", "confirmed", "registered"}
    told = [row.dedupe for row in seen.messages if row.kind in kinds]
    yield from _match("emails due", due, "messages", told)
    sent = {f"<{row.message_id}@example.com>": row for row in seen.messages}
    times = Counter(mail["message_id"] for mail in seen.taken)
    ended = {booking.booking_id for booking in seen.bookings if not _confirmed(booking)}
    ended |= {one.registration_id for one in seen.registrations if one.state == "cancelled"}
    waits_no_more = [*seen.said["WaitlistLeft"], *seen.said["SpotAllocated"]]
    waited = {UUID(entry["entry_id"]) for entry in waits_no_more}
    given_up = ended | waited | {wait_of(one) for one in waited}
    for message_id, row in sent.items():
        if row.state == "suppressed" and row.reply.startswith("not true any more"):
            # Given up again, or no longer waited for, before it could be sent; or sent by a try
            # whose end was lost, before the seat was given up.
            if row.subject_id not in given_up or times[message_id] > row.attempts:
                yield f"message {row.dedupe} is suppressed, and {row.subject_id} is not given up"
            continue
        if row.state != "sent":
            yield f"message {row.dedupe} is {row.state}: {row.reply}"
        if not times[message_id]:
            yield f"message {row.dedupe} never came"
        if times[message_id] > 1 and row.attempts < times[message_id]:
            yield f"message {row.dedupe} came {times[message_id]} times in {row.attempts} attempts"
    for mail in seen.taken:
        row = sent.get(mail["message_id"])
        if row is None:
            yield f"the mail server has {mail['message_id']}, which nobody wrote"
        elif mail["to"] != [row.address]:
            yield f"message {row.dedupe} went to {mail['to']}"
    yield from _match(
        "sent messages",
        (row.message_id for row in seen.messages if row.state == "sent"),
        "EmailSent",
        (data["message_id"] for data in seen.said["EmailSent"]),
    )


def _confirmed(booking: Any) -> bool:
    return bool(booking.state == "confirmed")


def _live(place: Any) -> bool:
    return bool(place.state == "live")


def _match(what: str, ours: Iterable[object], other: str, theirs: Iterable[object]) -> Faults:
    """Compare two lists of ids, which must hold the same ones, each once."""
    left, right = Counter(map(str, ours)), Counter(map(str, theirs))
    for one in left.keys() | right.keys():
        if left[one] != 1 or right[one] != 1:
            yield f"{one}: {left[one]} times in {what}, {right[one]} times in {other}"


def shown(faults: Iterable[str]) -> str:
    """Write violations a line each, for an assertion's message."""
    return json.dumps(list(faults), indent=1)
