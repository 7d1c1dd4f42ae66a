"""Text of several lines, as people write it."""

import unicodedata
from typing import Any

from marshmallow import ValidationError, fields, validate


class Text(fields.String):
    """Lines of text: without control characters other than line ends and tabs."""

    def __init__(self, *, longest: int, shortest: int = 0, **more: Any) -> None:
        """Allow from `shortest` to `longest` characters."""
        super().__init__(validate=validate.Length(shortest, longest), **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        text = super()._deserialize(value, attr, data, **more)
        text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
        for char in text:
            if unicodedata.category(char) in {"Cc", "Cs"} and char not in "\n\t":
                msg = "Must not contain control characters."
                raise ValidationError(msg)
        return text
