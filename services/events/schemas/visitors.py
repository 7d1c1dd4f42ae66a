"""The shape of what visitors of the public pages submit."""

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, pre_load, validate

from shared.shapes import LANGUAGES, EmailAddress, Line

_SESSIONS = validate.Length(max=200)


class Chosen(Schema):
    """The sessions somebody ticked: to take part in, and to wait for."""

    class Meta:
        """A browser may send more than the form has."""

        unknown = EXCLUDE

    session = fields.List(fields.UUID(), load_default=list, validate=_SESSIONS)
    wait = fields.List(fields.UUID(), load_default=list, validate=_SESSIONS)


class SignUp(Chosen):
    """Who wants to take part, and in what; what is left empty is not given."""

    name = Line(required=True)
    email = EmailAddress(required=True)
    language = fields.String(required=True, validate=validate.OneOf(LANGUAGES))
    agree = fields.Boolean(
        required=True,
        validate=validate.Equal(True, error="Nobody is kept who does not agree."),  # noqa: FBT003 - what is agreed to
    )
    pass_id = fields.UUID(load_default=None)
    token = fields.String(required=True, validate=validate.Length(1, 64))

    @pre_load
    def _without_empty_fields(self, data: dict[str, Any], **more: Any) -> dict[str, Any]:
        del more
        return {name: value for name, value in data.items() if str(value).strip()}
