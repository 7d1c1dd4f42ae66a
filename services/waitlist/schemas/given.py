"""The shape of replies."""

from marshmallow import Schema, fields

from services.waitlist.domain import GroupRule, Policy


class Queue(Schema):
    """A queue."""

    queue_id = fields.UUID()
    source = fields.String()
    target_id = fields.UUID()
    name = fields.String()
    policy = fields.Enum(Policy, by_value=True)
    invitations = fields.Integer()
    answer_minutes = fields.Integer()
    group_rule = fields.Enum(GroupRule, by_value=True)
    size = fields.Integer()
    takes_joins = fields.Boolean()
    opens_at = fields.AwareDateTime()
    closes_at = fields.AwareDateTime()
    paused = fields.Boolean()
    cancelled = fields.Boolean()
    version = fields.Integer()
    waiting = fields.Integer()
    pooled = fields.Integer()
    announced = fields.Integer()


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
    quantity = fields.Integer()
    granted = fields.Integer()
    asks_first = fields.Boolean()
    passed_reason = fields.String()
    passed_at = fields.AwareDateTime()


class Odds(Schema):
    """The chance of a place, and how many earlier lists that rests on; null: too few to say."""

    percent = fields.Integer()
    served = fields.Integer()
    based_on = fields.Integer()


class ShownEntry(Entry):
    """What somebody who waits is shown."""

    session_name = fields.String()
    starts_at = fields.AwareDateTime()
    time_zone = fields.String()
    location = fields.String()
    closes_at = fields.AwareDateTime()
    waits = fields.Boolean()
    odds = fields.Nested(Odds)


class Offer(Schema):
    """An offer and what became of it."""

    offer_id = fields.UUID()
    spot_id = fields.UUID()
    entry_id = fields.UUID()
    person_id = fields.UUID()
    state = fields.String()
    announced = fields.Boolean()
    seats = fields.Integer()
    by_staff = fields.Boolean()
    offered_at = fields.AwareDateTime()
    answer_by = fields.AwareDateTime()
    closed_at = fields.AwareDateTime()
    can_be_taken = fields.Boolean()


class PassedOver(Schema):
    """Somebody further ahead, or who had joined earlier, and why they did not have the seat."""

    entry_id = fields.UUID()
    person_id = fields.UUID()
    joined_at = fields.AwareDateTime()
    reason = fields.String()


class Decision(Schema):
    """One decision about a spot; not `complete`: more were passed over than are listed."""

    spot_id = fields.UUID()
    entry_id = fields.UUID()
    outcome = fields.String()
    reason = fields.String()
    decided_at = fields.AwareDateTime()
    passed_over = fields.List(fields.Nested(PassedOver))
    complete = fields.Boolean()


class Override(Schema):
    """What staff did by hand."""

    override_id = fields.UUID()
    entry_id = fields.UUID()
    spot_id = fields.UUID()
    action = fields.String()
    reason = fields.String()
    by = fields.String()
    overtaken = fields.Integer()
    done_at = fields.AwareDateTime()


class Spot(Schema):
    """A freed seat and what became of it."""

    spot_id = fields.UUID()
    queue_id = fields.UUID()
    source = fields.String()
    target_id = fields.UUID()
    entry_id = fields.UUID()
    state = fields.String()
    policy = fields.String()
    seat = fields.Integer()
    cause = fields.String()
    overruled = fields.Boolean()
    seen_at = fields.AwareDateTime()
    ended_at = fields.AwareDateTime()
    decisions = fields.List(fields.Nested(Decision))
    offers = fields.List(fields.Nested(Offer))
    overrides = fields.List(fields.Nested(Override))


class ExplainedEntry(Entry):
    """An entry, and everything that was decided about it."""

    source = fields.String()
    target_id = fields.UUID()
    policy = fields.String()
    group_rule = fields.String()
    decisions = fields.List(fields.Nested(Decision))
    offers = fields.List(fields.Nested(Offer))
    overrides = fields.List(fields.Nested(Override))
    overtaken_by = fields.List(fields.Nested(Override))


class Outcome(Schema):
    """How a period's freed seats fared under a policy; times are in minutes."""

    policy = fields.String()
    freed = fields.Integer()
    filled = fields.Integer()
    fill_percent = fields.Integer()
    waited_median = fields.Integer()
    waited_most = fields.Integer()
    empty_median = fields.Integer()
    messages = fields.Integer()


class Assumed(Schema):
    """What a replay takes people to do, and on how many answers of theirs that rests."""

    accept_percent = fields.Integer()
    answer_after_minutes = fields.Integer()
    pay_percent = fields.Integer()
    answers = fields.Integer()
    payments = fields.Integer()


class Replayed(Schema):
    """What happened in a period, and what would have happened."""

    queues = fields.Integer()
    complete = fields.Boolean()
    happened = fields.Nested(Outcome)
    replayed = fields.Nested(Outcome)
    assumed = fields.Nested(Assumed)
