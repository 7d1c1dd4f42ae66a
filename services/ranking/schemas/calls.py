"""The shape of ranking's calls."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from services.ranking.domain import StaffRole, TenureIn, Term
from shared.shapes import LANGUAGES, Day, Line, count, time_zone

_CRITERIA = ("visits", "tenure_days", "tenure_in")
_LANGUAGE = validate.OneOf(LANGUAGES)


class Activate(Schema):
    """Where the studio is, and what its staff read; what is left out is as before."""

    time_zone = time_zone(load_default=None, allow_none=True)
    language = fields.String(load_default=None, allow_none=True, validate=_LANGUAGE)


class WordPair(Schema):
    """A word of the studio's own, in one language: the feature's name, and one rank's."""

    title = Line(required=True, longest=60)
    unit = Line(required=True, longest=60)


class ChooseWording(Schema):
    """What the studio calls its ranks; its own words are given in every language."""

    term = fields.Enum(Term, by_value=True, required=True)
    words = fields.Dict(
        keys=fields.String(validate=_LANGUAGE),
        values=fields.Nested(WordPair),
        load_default=None,
        allow_none=True,
    )

    @validates_schema
    def _in_every_language(self, data: dict[str, Any], **more: Any) -> None:
        del more
        if data["term"] is Term.OWN and set(data["words"] or ()) != set(LANGUAGES):
            msg = f"Own words are needed in every language: {', '.join(LANGUAGES)}."
            raise ValidationError(msg, "words")


class OneCategory(Schema):
    """A category by id."""

    category_id = fields.UUID(required=True)


def _roles(**more: Any) -> Any:
    return fields.List(fields.Enum(StaffRole, by_value=True), **more)


class AddCategory(Schema):
    """A new category."""

    name = Line(required=True)
    automatic = fields.Boolean(load_default=False)
    notices = fields.Boolean(load_default=False)
    staff_roles = _roles(load_default=[StaffRole.ADMIN])
    tell_client = fields.Boolean(load_default=True)
    shown_to_clients = fields.Boolean(load_default=True)


class ChangeCategory(OneCategory):
    """What changes of a category; what is left out stays."""

    name = Line()
    automatic = fields.Boolean()
    notices = fields.Boolean()
    staff_roles = _roles()
    tell_client = fields.Boolean()
    shown_to_clients = fields.Boolean()


def _visits(**more: Any) -> fields.Integer:
    return count(1, 100_000, allow_none=True, **more)


def _days(**more: Any) -> fields.Integer:
    return count(1, 36_500, allow_none=True, **more)


def _sizes(**more: Any) -> Any:
    return fields.List(Line(longest=30), validate=validate.Length(max=50), **more)


class AddRank(OneCategory):
    """A new rank; without criteria it is left by hand only. `item` is handed over with it."""

    name = Line(required=True)
    item = Line(load_default=None, allow_none=True)
    sizes = _sizes(load_default=list)
    visits = _visits(load_default=None)
    tenure_days = _days(load_default=None)
    tenure_in = fields.Enum(TenureIn, by_value=True, load_default=TenureIn.RANK)
    place = count(1, 1000, load_default=None, allow_none=True)

    @post_load
    def _apart(self, data: dict[str, Any], **more: Any) -> dict[str, Any]:
        del more
        return data | {"criteria": {name: data.pop(name) for name in _CRITERIA}}


class SomeCriteria(Schema):
    """What changes of a rank's criteria; what is left out stays, null takes a minimum away."""

    rank_id = fields.UUID(required=True)
    visits = _visits()
    tenure_days = _days()
    tenure_in = fields.Enum(TenureIn, by_value=True)


class ChangeRank(SomeCriteria):
    """What changes of a rank."""

    name = Line()
    item = Line(allow_none=True)
    sizes = _sizes()

    @post_load
    def _apart(self, data: dict[str, Any], **more: Any) -> dict[str, Any]:
        del more
        rank_id = data.pop("rank_id")
        criteria = {name: data.pop(name) for name in _CRITERIA if name in data}
        return {"rank_id": rank_id, "criteria": criteria, "about": data}


class OrderRanks(OneCategory):
    """The ranks of a category, the highest first."""

    rank_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(max=1000))


class TryCriteria(OneCategory):
    """Other criteria for some of a category's ranks."""

    automatic = fields.Boolean(load_default=None, allow_none=True)
    ranks = fields.List(fields.Nested(SomeCriteria), load_default=list)


class Move(OneCategory):
    """A decision of staff; without a rank the next one, without a day today."""

    person_id = fields.UUID(required=True)
    rank_id = fields.UUID(load_default=None, allow_none=True)
    since = Day(load_default=None, allow_none=True)


class PromoteMany(OneCategory):
    """Several promotions at once; without people, everybody who is eligible."""

    person_ids = fields.List(
        fields.UUID(), load_default=None, allow_none=True, validate=validate.Length(1, 500)
    )
    dry_run = fields.Boolean(load_default=True)


class OnePerson(Schema):
    """A person by id."""

    person_id = fields.UUID(required=True)


class ShowRanks(OnePerson):
    """A person, and the language to show it in; without one, theirs."""

    language = fields.String(load_default=None, validate=_LANGUAGE, allow_none=True)


class OnePlacement(Schema):
    """A placement by id."""

    placement_id = fields.UUID(required=True)


class HandOver(OnePlacement):
    """Whose item was handed over, and in which size, where it comes in sizes."""

    size = Line(longest=30, load_default=None, allow_none=True)


class Filter(Schema):
    """Which rows of the report are wanted."""

    category_id = fields.UUID(allow_none=True)
    rank_id = fields.UUID(allow_none=True)
    eligible = fields.Boolean(allow_none=True)
    automatic = fields.Boolean(allow_none=True)
    flagged = fields.Boolean(allow_none=True)
    to_hand_over = fields.Boolean(allow_none=True)
    name = Line(allow_none=True)


class ReportRanks(Filter):
    """A stretch of the report."""

    language = fields.String(load_default=None, validate=_LANGUAGE, allow_none=True)
    offset = count(0, 10_000_000, load_default=0)
    limit = count(1, 1000, load_default=100)


class ExportReport(Filter):
    """The report as a file."""

    kind = fields.String(load_default="csv", validate=validate.OneOf(["csv", "xlsx"]))
    language = fields.String(load_default=None, validate=_LANGUAGE, allow_none=True)
