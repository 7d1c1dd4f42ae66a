"""The shape of calls and replies about points, purchases and treats."""

from marshmallow import Schema, ValidationError, fields, validate

from services.loyalty.domain import MOST_POINTS, Availability, PurchaseKind
from services.loyalty.schemas.cards import Card, OnePerson
from shared.shapes import LANGUAGES, Line, count


def _not_zero(points: int) -> None:
    if points == 0:
        msg = "Must not be 0."
        raise ValidationError(msg)


class AdjustPoints(OnePerson):
    """Points to add (> 0) or to remove (< 0), and why."""

    points = fields.Integer(
        strict=True,
        required=True,
        validate=[validate.Range(-MOST_POINTS, MOST_POINTS), _not_zero],
    )
    reason = Line(required=True)


def _currency() -> fields.String:
    like = validate.Regexp(r"[a-z]{3}\Z", error="Must be ISO 4217 in lower case, like eur.")
    return fields.String(required=True, validate=like)


class RecordPurchase(OnePerson):
    """Something that was paid, in minor units."""

    amount_minor = count(1, 100_000_000_000, required=True)
    currency = _currency()
    kind = fields.Enum(PurchaseKind, by_value=True, required=True)
    reference = Line(required=True)


class RetractPurchase(Schema):
    """A purchase that is taken back, by the caller's own name for it."""

    reference = Line(required=True)


class Purchase(Schema):
    """A purchase and what it earned."""

    purchase_id = fields.UUID()
    reference = fields.String()
    person_id = fields.UUID()
    kind = fields.String()
    amount_minor = fields.Integer()
    currency = fields.String()
    points = fields.Integer()
    recorded_at = fields.AwareDateTime()
    retracted_at = fields.AwareDateTime(allow_none=True)


class RedeemTreat(OnePerson):
    """A treat that is booked, and what it costs; without `points`, what it is offered for."""

    booking_id = fields.UUID(required=True)
    treat = Line(required=True)
    points = count(1, MOST_POINTS, load_default=None, allow_none=True)


class OneTreat(Schema):
    """A treat by its name."""

    treat = Line(required=True)


class OfferTreat(OneTreat):
    """A treat to offer for points; without `points`, for what is suggested."""

    price_minor = count(0, 100_000_000, required=True)
    currency = _currency()
    points = count(1, MOST_POINTS, load_default=None, allow_none=True)
    availability = fields.Enum(Availability, by_value=True, load_default=Availability.ANYTIME)


class ListTreats(Schema):
    """For whom the treats on offer are wanted; null: for nobody in particular."""

    person_id = fields.UUID(load_default=None, allow_none=True)


class Offer(Schema):
    """A treat on offer; for somebody, whether they may have it and have the points."""

    treat = fields.String()
    price_minor = fields.Integer()
    currency = fields.String()
    points = fields.Integer()
    suggested_points = fields.Integer()
    availability = fields.String()
    available = fields.Boolean()
    affordable = fields.Boolean()


class Treat(Schema):
    """A treat taken for points."""

    treat_id = fields.UUID()
    booking_id = fields.UUID()
    person_id = fields.UUID()
    treat = fields.String()
    points = fields.Integer()
    redeemed_at = fields.AwareDateTime()
    returned_at = fields.AwareDateTime()


class Account(Schema):
    """Somebody's card, if they have one, and their balance.

    `merged_into` is whose account has the points now, where two records are of one person.
    """

    person_id = fields.UUID()
    card = fields.Nested(Card, allow_none=True)
    balance = fields.Integer()
    merged_into = fields.UUID(allow_none=True)
    page_url = fields.String()


class GetStatement(OnePerson):
    """A stretch of a statement: from behind the entry `after`; without a language, in theirs."""

    language = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(LANGUAGES))
    after = count(0, 2**31 - 1, load_default=0)
    limit = count(1, 1000, load_default=200)


class Entry(Schema):
    """One line of a statement, in words as `text`; `note` is what staff wrote beside it."""

    number = fields.Integer()
    kind = fields.String()
    text = fields.String()
    points = fields.Integer()
    balance_after = fields.Integer()
    about = fields.UUID()
    posted_at = fields.AwareDateTime()
    note = fields.String()


class Expiry(Schema):
    """The points that are the next to expire."""

    points = fields.Integer()
    expires_at = fields.AwareDateTime()


class Statement(Account):
    """A client's statement, with its title in their language; no name where it was erased."""

    language = fields.String()
    title = fields.String()
    name = fields.String(allow_none=True)
    opening_balance = fields.Integer()
    closing_balance = fields.Integer()
    entries = fields.List(fields.Nested(Entry))
    next_expiry = fields.Nested(Expiry, allow_none=True)


class Balance(Schema):
    """A balance after a change."""

    person_id = fields.UUID()
    balance = fields.Integer()
