"""The shape of calls and replies about venues and speakers."""

from typing import Any

from marshmallow import Schema, fields

from services.events.domain import VenueKind
from shared.shapes import Line, Text, count

MOST_SEATS = 100_000


def text(longest: int = 5000, **more: Any) -> Text:
    """Make the field of a text of several lines."""
    return Text(longest=longest, **more)


class AddVenue(Schema):
    """A building, a room of a building, or a layout of a room."""

    kind = fields.Enum(VenueKind, by_value=True, required=True)
    name = Line(required=True)
    parent_id = fields.UUID(load_default=None, allow_none=True)
    capacity = count(0, MOST_SEATS, load_default=None, allow_none=True)


class ChangeVenue(Schema):
    """What changes of a venue; what is left out stays."""

    venue_id = fields.UUID(required=True)
    name = Line()
    capacity = count(0, MOST_SEATS, allow_none=True)


class Venue(Schema):
    """A venue."""

    venue_id = fields.UUID()
    kind = fields.Enum(VenueKind, by_value=True)
    parent_id = fields.UUID()
    name = fields.String()
    capacity = fields.Integer()


class AddSpeaker(Schema):
    """Somebody who speaks."""

    name = Line(required=True)
    about = text(load_default="")


class ChangeSpeaker(Schema):
    """What changes of a speaker; what is left out stays."""

    speaker_id = fields.UUID(required=True)
    name = Line()
    about = text()


class Speaker(Schema):
    """A speaker."""

    speaker_id = fields.UUID()
    name = fields.String()
    about = fields.String()
