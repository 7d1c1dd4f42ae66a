"""The shape of waitlist's calls and replies."""

from marshmallow import Schema, fields, validate

SOURCES = ("booking", "events")


class OneQueue(Schema):
    """A queue, by whose seats it queues for."""

    source = fields.String(load_default="booking", validate=validate.OneOf(SOURCES))
    target_id = fields.UUID(required=True)


class Join(OneQueue):
    """A person who wants to wait."""

    person_id = fields.UUID(required=True)


class ListWaiting(OneQueue):
    """A stretch of a queue: from behind the position `after`."""

    after = fields.Integer(strict=True, load_default=0, validate=validate.Range(0))
    limit = fields.Integer(strict=True, load_default=100, validate=validate.Range(1, 1000))


class OneEntry(Schema):
    """An entry by id."""

    entry_id = fields.UUID(required=True)


class OneSpot(Schema):
    """A spot by id."""

    spot_id = fields.UUID(required=True)


class Queue(Schema):
    """A queue."""

    queue_id = fields.UUID()
    source = fields.String()
    target_id = fields.UUID()
    name = fields.String()
    policy = fields.String()
    size = fields.Integer()
    closes_at = fields.AwareDateTime()
    version = fields.Integer()
    waiting = fields.Integer()


class Entry(Schema):
    """An entry; `place` counts from 1 while it waits."""

    entry_id = fields.UUID()
    queue_id = fields.UUID()
    person_id = fields.UUID()
    state = fields.String()
    position = fields.Integer()
    place = fields.Integer()
    joined_at = fields.AwareDateTime()
    ended_at = fields.AwareDateTime()


class Decision(Schema):
    """One decision about a spot."""

    entry_id = fields.UUID()
    outcome = fields.String()
    reason = fields.String()
    decided_at = fields.AwareDateTime()


class Spot(Schema):
    """A freed seat and what became of it."""

    spot_id = fields.UUID()
    queue_id = fields.UUID()
    entry_id = fields.UUID()
    state = fields.String()
    seen_at = fields.AwareDateTime()
    decisions = fields.List(fields.Nested(Decision))
