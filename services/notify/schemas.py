"""The shape of notify's calls and replies."""

from marshmallow import Schema, fields, validate


class OneMessage(Schema):
    """A message by id."""

    message_id = fields.UUID(required=True)


class ListMessages(Schema):
    """The newest messages of a person."""

    person_id = fields.UUID(required=True)
    limit = fields.Integer(strict=True, load_default=50, validate=validate.Range(1, 500))


class Message(Schema):
    """A message and what became of it."""

    message_id = fields.UUID()
    kind = fields.String()
    person_id = fields.UUID()
    address = fields.String()
    state = fields.String()
    attempts = fields.Integer()
    reply = fields.String()
    correlation_id = fields.String()
    created_at = fields.AwareDateTime()
    sent_at = fields.AwareDateTime()
