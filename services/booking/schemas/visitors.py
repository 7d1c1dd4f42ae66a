"""The shape of what visitors of the public pages submit."""

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, pre_load, validate

from shared.shapes import LANGUAGES, EmailAddress, Line, PhoneNumber


class SignUp(Schema):
    """Who wants a place, and which; what is left empty is not given."""

    class Meta:
        """A browser may send more than the form has."""

        unknown = EXCLUDE

    name = Line(required=True)
    email = EmailAddress(required=True)
    phone = PhoneNumber(load_default=None)
    language = fields.String(required=True, validate=validate.OneOf(LANGUAGES))
    agree = fields.Boolean(
        required=True,
        validate=validate.Equal(True, error="Nobody is kept who does not agree."),  # noqa: FBT003 - what is agreed to
    )
    marketing = fields.Boolean(load_default=False)
    spot = fields.UUID(required=True)
    package = fields.UUID(load_default=None)
    wait = fields.Boolean(load_default=False)
    token = fields.String(required=True, validate=validate.Length(1, 64))

    @pre_load
    def _without_empty_fields(self, data: dict[str, Any], **more: Any) -> dict[str, Any]:
        del more
        return {name: value for name, value in data.items() if str(value).strip()}
