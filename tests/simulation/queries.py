"""What the world is looked at with, past the services' own rooms, so that their faults show."""

TABLES = {
    "booking": (
        *("outbox", "inbox", "deferred", "replies"),
        *("waiting", "holds", "bookings", "sessions", "session_types", "people"),
    ),
    "waitlist": (
        *("outbox", "inbox", "deferred", "replies"),
        *("overrides", "offers", "decisions", "spots", "entries", "queues"),
    ),
}
FITTING = {
    "granted": {"allocated", "declined"},
    "returned": {"returned"},
    "ended": {"closed", "returned"},
}
"""By how a spot ended in booking: how it may have ended in waitlist."""
SEATS = """
SELECT taken, capacity,
    (SELECT count(*) FROM bookings WHERE state = 'confirmed'),
    (SELECT count(*) FROM holds WHERE state = 'open'),
    (SELECT count(DISTINCT person_id) FROM bookings WHERE state = 'confirmed')
FROM sessions
"""
LINE = """
SELECT coalesce(max(waiting), 0),
    (SELECT count(*) FROM entries WHERE state IN ('waiting', 'offered')),
    (SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM entries
        WHERE state IN ('waiting', 'offered', 'claiming', 'leaving') GROUP BY person_id)),
    (SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM spots
        WHERE state IN ('claiming', 'allocated', 'declined') GROUP BY entry_id))
FROM queues
"""
BOOKINGS = "SELECT booking_id FROM bookings ORDER BY rowid"
ENTRIES = "SELECT entry_id FROM entries ORDER BY rowid"
HOLDS = "SELECT hold_id FROM holds WHERE kind <> 'waitlist' ORDER BY rowid"
SPOTS_MADE = "SELECT hold_id FROM holds WHERE kind = 'waitlist' ORDER BY rowid"
SPOTS_MADE_STATE = "SELECT hold_id, state FROM holds WHERE kind = 'waitlist'"
OPEN_SPOTS = "SELECT hold_id FROM holds WHERE kind = 'waitlist' AND state = 'open'"
SPOTS_SEEN = "SELECT spot_id, state FROM spots"
CLAIMING = "SELECT entry_id FROM entries WHERE state IN ('claiming', 'leaving')"
FREE = "SELECT capacity - taken FROM sessions"
WAITING = "SELECT entry_id FROM entries WHERE state = 'waiting' ORDER BY entry_id"
BELIEVED = "SELECT entry_id FROM waiting WHERE state <> 'gone' ORDER BY entry_id"
PUT_BY = "SELECT topic, error FROM deferred"
ALLOCATED = "SELECT body FROM outbox WHERE topic = 'SpotAllocated.v1'"
BOOKING_STATES = "SELECT booking_id, state FROM bookings"
ENTRY_STATES = "SELECT entry_id, state FROM entries"
