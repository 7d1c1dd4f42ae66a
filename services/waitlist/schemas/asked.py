"""The shape of calls."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.waitlist.domain import AFTER_ALL, BEFORE_ALL, LARGEST_GROUP, GroupRule, Policy
from shared.shapes import Instant, Line, count

SOURCES = ("booking", "events")


class OneQueue(Schema):
    """A queue, by whose seats it queues for."""

    source = fields.String(load_default="booking", validate=validate.OneOf(SOURCES))
    target_id = fields.UUID(required=True)


class Wish(OneQueue):
    """Who wants to wait, and how."""

    person_id = fields.UUID(required=True)
    quantity = count(1, LARGEST_GROUP, load_default=1)
    asks_first = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class Join(Wish):
    """A person, or a group in their name, who wants to wait."""


class ByHand(Schema):
    """What staff say of everything they do by hand: why, and who they are."""

    reason = Line(required=True, longest=500)
    by = Line(load_default="staff")


class AddEntry(Wish, ByHand):
    """A person staff put on the list, at the end or at a place from 1."""

    place = count(1, 10_000_000, load_default=None, allow_none=True)


class SetPolicy(OneQueue):
    """How freed seats are to find new holders."""

    policy = fields.Enum(Policy, by_value=True, required=True)
    invitations = count(1, 50, load_default=1)
    answer_minutes = count(1, 60 * 24 * 60, load_default=24 * 60)
    group_rule = fields.Enum(GroupRule, by_value=True, load_default=GroupRule.STRICT)


class ChangeQueue(OneQueue):
    """What changes of a list: whether it takes joins, and from when; whether it is paused."""

    takes_joins = fields.Boolean(truthy={True}, falsy={False})
    opens_at = Instant(allow_none=True)
    paused = fields.Boolean(truthy={True}, falsy={False})


class ListWaiting(OneQueue):
    """A stretch of a queue: from behind the position `after`."""

    after = fields.Integer(
        strict=True, load_default=BEFORE_ALL, validate=validate.Range(BEFORE_ALL, AFTER_ALL)
    )
    limit = count(1, 1000, load_default=100)


class OneEntry(Schema):
    """An entry by id."""

    entry_id = fields.UUID(required=True)


class AskFirst(OneEntry):
    """Whether a person is asked before they are given a seat."""

    asks_first = fields.Boolean(required=True, truthy={True}, falsy={False})


class EntryByHand(OneEntry, ByHand):
    """An entry staff do something to."""


class MoveEntry(EntryByHand):
    """Another place in line, from 1."""

    place = count(1, 10_000_000, required=True)


class MoveToAttending(EntryByHand):
    """A seat given by hand; beyond the capacity only where staff say so."""

    over_capacity = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class InviteEntry(MoveToAttending):
    """An invitation by hand; how long it is good is the list's rule unless staff say otherwise."""

    answer_minutes = count(1, 60 * 24 * 60, load_default=None, allow_none=True)


class OneOffer(Schema):
    """An offer by id."""

    offer_id = fields.UUID(required=True)


class Replay(Schema):
    """A period and another policy; what is left out is taken from the list's own history."""

    since = Instant(required=True)
    until = Instant(required=True)
    policy = fields.Enum(Policy, by_value=True, required=True)
    invitations = count(1, 50, load_default=1)
    answer_minutes = count(1, 60 * 24 * 60, load_default=24 * 60)
    accept_percent = count(0, 100, load_default=None, allow_none=True)
    answer_after_minutes = count(0, 60 * 24 * 60, load_default=None, allow_none=True)
    pay_percent = count(0, 100, load_default=None, allow_none=True)

    @validates_schema
    def in_order(self, data: dict[str, Any], **more: Any) -> None:
        """Refuse a period that ends before it begins."""
        del more
        if data["until"] <= data["since"]:
            msg = "Must be later than `since`."
            raise ValidationError(msg, "until")


class OneSpot(Schema):
    """A spot by id."""

    spot_id = fields.UUID(required=True)
