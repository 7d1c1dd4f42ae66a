"""The shape of loyalty's calls and replies."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.loyalty.domain import PurchaseKind, number_fault, text_fault, tidied
from shared.shapes import LANGUAGES, Line, count

MOST_POINTS = 1_000_000
LONGEST_TEXT = 480  # three SMS, before names are filled in


class CardNumber(fields.String):
    """A card's number as typed or scanned: spaces, hyphens and case do not matter."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        number = tidied(super()._deserialize(value, attr, data, **more))
        if fault := number_fault(number):
            raise ValidationError(fault)
        return number


class SmsText(fields.String):
    """The thank-you text, with no placeholder but the four."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        text = super()._deserialize(value, attr, data, **more).strip()
        if fault := text_fault(text):
            raise ValidationError(fault)
        if not (text.replace("\n", "") or " ").isprintable():
            msg = "Must not contain control characters."
            raise ValidationError(msg)
        return text


def _plain(text: str) -> None:
    if not text.isprintable() or "<" in text or ">" in text:
        msg = "Must be one line without control characters, < or >."
        raise ValidationError(msg)


class OnePerson(Schema):
    """A person by id."""

    person_id = fields.UUID(required=True)


# -- cards ------------------------------------------------------------------------------------


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


# -- settings ---------------------------------------------------------------------------------


class SaveSettings(Schema):
    """What changes of the settings; a text that is null becomes the default again."""

    points_per_referral = count(1, MOST_POINTS)
    send_sms = fields.Boolean(truthy={True}, falsy={False})
    sms_texts = fields.Dict(
        keys=fields.String(validate=validate.OneOf(LANGUAGES)),
        values=SmsText(validate=validate.Length(1, LONGEST_TEXT), allow_none=True),
    )
    salon_name = fields.String(validate=[validate.Length(max=100), _plain])
    service_points_per_unit = count(0, 1000)
    product_points_per_unit = count(0, 1000)
    points_per_visit = count(0, MOST_POINTS)
    points_expire_days = count(1, 3650, allow_none=True)


class Settings(Schema):
    """The TreatCard's settings."""

    points_per_referral = fields.Integer()
    send_sms = fields.Boolean()
    sms_texts = fields.Dict(keys=fields.String(), values=fields.String())
    salon_name = fields.String()
    service_points_per_unit = fields.Integer()
    product_points_per_unit = fields.Integer()
    points_per_visit = fields.Integer()
    points_expire_days = fields.Integer()


class Overview(Schema):
    """The TreatCard page."""

    settings = fields.Nested(Settings)
    cards = fields.Integer()
    points = fields.Integer()
    referrals = fields.Dict(keys=fields.String(), values=fields.Integer())


# -- referrals --------------------------------------------------------------------------------


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


# -- points -----------------------------------------------------------------------------------


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


class RecordPurchase(OnePerson):
    """Something that was paid, in minor units."""

    amount_minor = count(1, 100_000_000_000, required=True)
    currency = fields.String(
        required=True,
        validate=validate.Regexp(r"[a-z]{3}\Z", error="Must be ISO 4217 in lower case, like eur."),
    )
    kind = fields.Enum(PurchaseKind, by_value=True, required=True)
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


class RedeemTreat(OnePerson):
    """A treat that is booked, and what it costs."""

    booking_id = fields.UUID(required=True)
    treat = Line(required=True)
    points = count(1, MOST_POINTS, required=True)


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
    """Somebody's card, if they have one, and their balance."""

    person_id = fields.UUID()
    card = fields.Nested(Card, allow_none=True)
    balance = fields.Integer()


class GetStatement(OnePerson):
    """A stretch of a statement: from behind the entry `after`."""

    after = count(0, 2**31 - 1, load_default=0)
    limit = count(1, 1000, load_default=200)


class Entry(Schema):
    """One line of a statement; `note` is what staff wrote beside it."""

    number = fields.Integer()
    kind = fields.String()
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
    """A client's statement."""

    opening_balance = fields.Integer()
    closing_balance = fields.Integer()
    entries = fields.List(fields.Nested(Entry))
    next_expiry = fields.Nested(Expiry, allow_none=True)


class Balance(Schema):
    """A balance after a change."""

    person_id = fields.UUID()
    balance = fields.Integer()


# -- erasure ----------------------------------------------------------------------------------


class Receipt(Schema):
    """What was removed of a person, and what is kept, by how many."""

    person_id = fields.UUID()
    removed = fields.Dict(keys=fields.String(), values=fields.Integer())
    kept = fields.Dict(keys=fields.String(), values=fields.Integer())
