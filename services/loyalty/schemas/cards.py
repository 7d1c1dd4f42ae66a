"""The shape of calls and replies about people, cards and referrals."""

from typing import Any

from marshmallow import Schema, ValidationError, fields

from services.loyalty.domain import ReferralState, number_fault, tidied
from shared.shapes import count


class CardNumber(fields.String):
    """A card's number as typed or scanned: spaces, hyphens and case do not matter."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        number = tidied(super()._deserialize(value, attr, data, **more))
        if fault := number_fault(number):
            raise ValidationError(fault)
        return number


class OnePerson(Schema):
    """A person by id."""

    person_id = fields.UUID(required=True)


class IssueCard(OnePerson):
    """A card for a person; without a number it gets a new one."""

    number = CardNumber(load_default=None, allow_none=True)


class OneCard(Schema):
    """A card by its number."""

    number = CardNumber(required=True)


class Card(Schema):
    """A TreatCard."""

    number = fields.String()
    person_id = fields.UUID()
    state = fields.String()
    issued_at = fields.AwareDateTime()
    lost_at = fields.AwareDateTime()


class FoundCard(Card):
    """A TreatCard and what is on it."""

    balance = fields.Integer()


class Refer(Schema):
    """A new client, and who is chosen as `referred by`."""

    new_person_id = fields.UUID(required=True)
    referrer_id = fields.UUID(required=True)


class OneNewPerson(Schema):
    """A client whose profile is open."""

    new_person_id = fields.UUID(required=True)


class OneReferral(Schema):
    """A referral by id."""

    referral_id = fields.UUID(required=True)


class Referral(Schema):
    """A referral; where it `asks`, staff are to be asked whether to add the points."""

    referral_id = fields.UUID()
    new_person_id = fields.UUID()
    referrer_id = fields.UUID()
    state = fields.String()
    points = fields.Integer()
    has_card = fields.Boolean()
    asks = fields.Boolean()
    referred_at = fields.AwareDateTime()
    awarded_at = fields.AwareDateTime()


class ListReferrals(Schema):
    """Which referrals are wanted; `asks`: those staff are to be asked about now."""

    state = fields.Enum(ReferralState, by_value=True, load_default=None, allow_none=True)
    referrer_id = fields.UUID(load_default=None, allow_none=True)
    asks = fields.Boolean(truthy={True}, falsy={False}, load_default=False)
    offset = count(0, 10_000_000, load_default=0)
    limit = count(1, 1000, load_default=100)


class ListedReferral(Referral):
    """A referral with the names of both; none where they were erased."""

    new_person_name = fields.String()
    referrer_name = fields.String()
