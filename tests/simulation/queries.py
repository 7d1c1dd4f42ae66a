"""What the world is looked at with, past the services' own rooms, so that their faults show."""

TABLES = {
    "booking": (
        *("outbox", "inbox", "deferred", "replies"),
        *("payment_reminders", "card_jobs", "refunds", "payments"),
        *("waiting", "holds", "bookings", "sessions"),  # people and types of sessions stay
    ),
    "waitlist": (
        *("outbox", "inbox", "deferred", "replies"),
        *("overrides", "offers", "decisions", "spots", "entries", "queues"),
    ),
}
FITTING = {
    "open": {"pooled"},  # kept for a group that wants more
    "granted": {"allocated", "declined", "granted"},
    "returned": {"returned"},
    "ended": {"closed", "returned", "pooled"},
}
"""By how a spot ended in booking: how it may have ended in waitlist."""
SEATS = """
SELECT taken, capacity,
    (SELECT count(*) FROM bookings b WHERE state = 'confirmed' AND b.session_id = s.session_id),
    (SELECT count(*) FROM holds h WHERE state = 'open' AND h.session_id = s.session_id),
    (SELECT count(*) FROM (SELECT DISTINCT person_id, seat FROM bookings b
        WHERE state = 'confirmed' AND b.session_id = s.session_id))
FROM sessions s WHERE capacity < 1000
"""
LINE = """
SELECT coalesce(sum(waiting), 0),
    (SELECT count(*) FROM entries WHERE state IN ('waiting', 'offered')),
    (SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM entries
        WHERE state IN ('waiting', 'offered', 'claiming', 'leaving') GROUP BY person_id, queue_id)),
    (SELECT count(*) FROM entries e WHERE quantity < (SELECT count(*) FROM spots p
        WHERE p.entry_id = e.entry_id AND p.state IN ('claiming', 'granted', 'allocated')))
FROM queues
"""
COUNTS = """
SELECT (SELECT count(*) FROM spots WHERE overruled),
    (SELECT sum(pooled) FROM queues) - (SELECT count(*) FROM spots WHERE state = 'pooled'),
    (SELECT sum(announced) FROM queues) - (SELECT count(*) FROM spots WHERE state = 'announced'),
    (SELECT count(*) FROM entries e WHERE state IN ('waiting', 'offered', 'claiming', 'leaving')
        AND asked <> (SELECT count(*) FROM spots p WHERE p.entry_id = e.entry_id
            AND p.state IN ('claiming', 'handing_back', 'granted', 'allocated')))
"""
IN_LINE = "SELECT entry_id, position FROM entries WHERE state = 'waiting'"
CHOSEN = """
SELECT d.decision_id, d.spot_id, e.position, e.queue_id FROM decisions d
JOIN entries e ON e.entry_id = d.entry_id
WHERE d.outcome = 'requested' AND d.reason = 'first_come_first_served' AND d.decision_id > {after}
"""
HAD_CHANCE = "SELECT spot_id, entry_id FROM decisions WHERE outcome NOT IN ('requested', 'kept')"
BOOKINGS = "SELECT booking_id FROM bookings ORDER BY rowid"
ENTRIES = "SELECT entry_id FROM entries ORDER BY rowid"
OUTCOMES = "SELECT 'decision ' || outcome || ', ' || reason FROM decisions"
OFFERS_ENDED = "SELECT 'offer ' || iif(announced, 'to all, ', '') || state FROM offers"
BY_HAND = "SELECT 'by hand ' || action FROM overrides"
OPEN_OFFERS = "SELECT offer_id FROM offers WHERE state = 'open' ORDER BY rowid"
OFFERS = "SELECT offer_id FROM offers ORDER BY rowid"
PAUSED = "SELECT queue_id FROM queues WHERE paused"
NEXT_ANSWER = "SELECT min(answer_by) FROM offers WHERE state = 'open'"
HOLDS = "SELECT hold_id FROM holds WHERE kind <> 'waitlist' ORDER BY rowid"
SPOTS_MADE = "SELECT hold_id FROM holds WHERE kind = 'waitlist' ORDER BY rowid"
SPOTS_MADE_STATE = "SELECT hold_id, state FROM holds WHERE kind = 'waitlist'"
OPEN_SPOTS = "SELECT hold_id FROM holds WHERE kind = 'waitlist' AND state = 'open'"
SPOTS_SEEN = "SELECT spot_id, state FROM spots"
CLAIMING = "SELECT entry_id FROM entries WHERE state IN ('claiming', 'leaving')"
FREE = "SELECT capacity - taken FROM sessions WHERE capacity < 1000"
WAITING = """
SELECT entry_id FROM entries WHERE state IN ('waiting', 'offered') AND quantity = 1
ORDER BY entry_id
"""
GROUPS_WAITING = """
SELECT min(wanted) FROM entries WHERE state = 'waiting' AND wanted > 1 AND wanted <= {capacity}
"""
NO_CHANCE = """
SELECT entry_id FROM entries e WHERE state IN ('waiting', 'offered') AND passed_reason IS NULL
    AND wanted <= {free}
    AND NOT EXISTS (SELECT 1 FROM offers o WHERE o.entry_id = e.entry_id)
"""
UNTOLD = """
SELECT count(*) FROM spots p JOIN entries e ON e.entry_id = p.entry_id
WHERE p.state = 'granted' AND e.state NOT IN ('waiting', 'offered', 'claiming', 'leaving')
"""
BELIEVED = "SELECT entry_id FROM waiting WHERE state <> 'gone' ORDER BY entry_id"
GROUPS = "SELECT entry_id FROM entries WHERE quantity > 1"
PUT_BY = "SELECT topic, error FROM deferred"
ALLOCATED = "SELECT body FROM outbox WHERE topic = 'SpotAllocated.v1'"
BOOKING_STATES = "SELECT booking_id, state FROM bookings"
ENTRY_STATES = "SELECT entry_id, state, quantity, granted FROM entries"
