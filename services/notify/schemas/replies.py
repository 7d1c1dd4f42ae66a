"""The shape of notify's replies."""

from marshmallow import Schema, fields


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
    ended_at = fields.AwareDateTime()
    channel = fields.String()
    language = fields.String()
    version = fields.Integer()
    caused_by = fields.UUID()
    due_at = fields.AwareDateTime()
    batch_id = fields.UUID()
    segments = fields.Integer()
    receipt = fields.String()


class Batch(Schema):
    """How far messages have got that were written at once."""

    batch_id = fields.UUID()
    about_name = fields.String()
    channel = fields.String()
    created_at = fields.AwareDateTime()
    paused = fields.Boolean()
    size = fields.Integer()
    written = fields.Integer()
    doubled = fields.Integer()
    waiting = fields.Integer()
    sent = fields.Integer()
    failed = fields.Integer()
    suppressed = fields.Integer()
    uncertain = fields.Integer()
    done = fields.Boolean()


class ListedTemplate(Schema):
    """Which words there are; the usual ones have an empty name."""

    kind = fields.String()
    language = fields.String()
    name = fields.String()
    version = fields.Integer()


class RemovedTemplate(Schema):
    """Which named template is no more."""

    kind = fields.String()
    name = fields.String()


class Version(Schema):
    """A version of some words."""

    version = fields.Integer()
    saved_at = fields.AwareDateTime()
    is_default = fields.Boolean()


class Template(ListedTemplate):
    """Some words, and what can be filled in."""

    is_default = fields.Boolean()
    subject = fields.String()
    text = fields.String()
    sms = fields.String()
    placeholders = fields.List(fields.String())
    versions = fields.List(fields.Nested(Version))


class Preview(Schema):
    """A message on sample data, as it is read."""

    subject = fields.String()
    text = fields.String()
    html = fields.String()
    sms = fields.String()
    segments = fields.Integer()


class Kind(Schema):
    """A kind of message and how it travels."""

    kind = fields.String()
    topic = fields.String()
    waits_for_morning = fields.Boolean()
    first = fields.String()
    falls_back = fields.Boolean()


class Settings(Schema):
    """When messages are sent, and how many."""

    reminder_hours = fields.Integer()
    quiet_from = fields.Time(format="%H:%M")
    quiet_until = fields.Time(format="%H:%M")
    email_per_minute = fields.Integer()
    sms_per_minute = fields.Integer()


class Staff(Schema):
    """Somebody of the staff."""

    staff_id = fields.UUID()
    name = fields.String()
    email = fields.String()
    phone = fields.String()
    language = fields.String()
    roles = fields.List(fields.String())


class Chosen(Schema):
    """A topic on a channel, on or off."""

    topic = fields.String()
    channel = fields.String()
    on = fields.Boolean()


class Preferences(Schema):
    """What a person gets."""

    person_id = fields.UUID()
    name = fields.String()
    language = fields.String()
    choices = fields.List(fields.Nested(Chosen))


class Suppression(Schema):
    """An address that nothing is sent to; `scope` `news`: nothing that advertises."""

    address = fields.String()
    scope = fields.String()
    reason = fields.String()
    at = fields.AwareDateTime()
