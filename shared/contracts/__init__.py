"""The words the services say to one another, and how a word travels on the wire.

A fact is a frozen dataclass in the module of the service that says it, so
`shared.contracts.booking.BookingCancelled` is said by booking and by nobody else. Its wire
form is JSON, checked by marshmallow when it leaves and when it arrives: a field this side
does not know is ignored (a newer speaker may say more), a missing one is an error.
"""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType, NoneType, UnionType
from typing import Any, ClassVar, Literal, Self, get_args, get_origin, get_type_hints
from uuid import UUID, uuid4

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

Values = dict[str, Any]
"""Named values on their way into a fact, a row or a call."""


class FactUnreadable(Exception):
    """A message is not a fact this contract can read; the text says which field and why."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What every fact carries beside its own fields, so that its way can be traced.

    `began_at` is when the click or call that started the chain arrived; `said_at` is when
    this fact was said. Both are UTC.
    """

    fact_id: UUID
    correlation_id: str
    caused_by: UUID | None
    began_at: datetime
    said_at: datetime


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Something that happened, in the words of the service that owns it.

    A subclass names its `version`, and the field it is `about` (the id of the aggregate: facts
    about one aggregate are handled in the order they came in, where they come together).
    """

    name: ClassVar[str]
    version: ClassVar[int]
    owner: ClassVar[str]
    topic: ClassVar[str]
    about_field: ClassVar[str]
    _schema: ClassVar[Schema | None] = None

    envelope: Envelope | None = field(default=None, compare=False, repr=False)

    def __init_subclass__(cls, *, version: int, about: str) -> None:
        """Name the fact after its class and enter it in the register of all facts."""
        super().__init_subclass__()
        cls.name = cls.__name__
        cls.version = version
        inside = cls.__module__.removeprefix(f"{__name__}.")
        cls.owner = inside.split(".")[0] if inside != cls.__module__ else inside.rpartition(".")[2]
        cls.topic = f"{cls.name}.v{version}"
        cls.about_field = about
        cls._schema = None
        if cls.topic in _FACTS:
            msg = f"{cls.topic} is declared twice"
            raise TypeError(msg)
        _FACTS[cls.topic] = cls

    @property
    def fact_id(self) -> UUID:
        """Give the id under which this fact was said; a fact not yet said has none."""
        if self.envelope is None:
            msg = f"this {self.name} has not been said yet"
            raise ValueError(msg)
        return self.envelope.fact_id

    @property
    def about(self) -> UUID:
        """Give the id of the aggregate this fact is about."""
        about: UUID = getattr(self, self.about_field)
        return about

    def said(self, envelope: Envelope) -> Self:
        """Return the same fact under an envelope."""
        return dataclasses.replace(self, envelope=envelope)

    @classmethod
    def schema(cls) -> Schema:
        """Give the marshmallow schema of the fields, made once from the dataclass."""
        if cls._schema is None:
            hints = get_type_hints(cls)
            made = {
                f.name: wire_field(hints[f.name], f)
                for f in dataclasses.fields(cls)
                if f.name != "envelope"
            }
            cls._schema = Schema.from_dict(made, name=f"{cls.topic}Schema")(unknown=EXCLUDE)
        return cls._schema

    def to_wire(self) -> str:
        """Write the fact as the JSON text that travels.

        Raises:
            FactUnreadable: a field holds what nobody could read back.
        """
        if self.envelope is None:
            msg = f"this {self.name} has not been said yet"
            raise ValueError(msg)
        schema, envelope = self.schema(), self.envelope
        try:
            data = schema.dump(self)
        except (ValueError, TypeError, AttributeError) as exc:
            msg = f"{self.topic}: {exc}"
            raise FactUnreadable(msg) from exc
        if wrong := schema.validate(data):
            msg = f"{self.topic}: {_flat(wrong)}"
            raise FactUnreadable(msg)
        return json.dumps(
            {
                "fact": self.topic,
                "fact_id": str(envelope.fact_id),
                "correlation_id": envelope.correlation_id,
                "caused_by": str(envelope.caused_by) if envelope.caused_by else None,
                "began_at": envelope.began_at.isoformat(),
                "said_at": envelope.said_at.isoformat(),
                "data": data,
            },
            separators=(",", ":"),
        )

    @classmethod
    def from_wire(cls, body: bytes | str) -> Self:
        """Read a fact of this class from its JSON text.

        Raises:
            FactUnreadable: not JSON, another fact, or a field missing or wrong.
        """
        try:
            wire = json.loads(body)
            envelope = _ENVELOPE.load(wire)
            if envelope["fact"] != cls.topic:
                msg = f"expected {cls.topic}, got {envelope['fact']}"
                raise FactUnreadable(msg)
            values = cls.schema().load(envelope.pop("data"))
        except ValidationError as exc:
            msg = f"{cls.topic}: {_flat(exc.messages_dict)}"
            raise FactUnreadable(msg) from exc
        except (ValueError, RecursionError) as exc:
            msg = f"{cls.topic}: not JSON ({type(exc).__name__})"
            raise FactUnreadable(msg) from exc
        del envelope["fact"]
        return cls(envelope=Envelope(**envelope), **values)


def ids_of(body: bytes | str) -> tuple[UUID | None, str | None]:
    """Read the fact id and correlation id off a message nobody could handle, where it has any."""
    try:
        wire = json.loads(body)
        return UUID(wire["fact_id"]), str(wire["correlation_id"])[:200]
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return None, None


_FACTS: dict[str, type[Fact]] = {}
FACTS: Mapping[str, type[Fact]] = MappingProxyType(_FACTS)
"""Every fact there is, by topic; filled as the contract modules are imported."""


@dataclass(frozen=True, slots=True)
class Trace:
    """The thread that leads from a click to everything it caused."""

    correlation_id: str
    began_at: datetime
    caused_by: UUID | None = None

    @classmethod
    def begin(
        cls, at: datetime, correlation_id: str | None = None, *, caused_by: UUID | None = None
    ) -> "Trace":
        """Start a thread at a click or call that arrived at `at` (UTC)."""
        return cls(correlation_id or str(uuid4()), at, caused_by)

    @classmethod
    def after(cls, fact: Fact) -> "Trace":
        """Go on with the thread of a fact that was heard."""
        if fact.envelope is None:
            msg = f"this {fact.name} has not been said yet"
            raise ValueError(msg)
        return cls(fact.envelope.correlation_id, fact.envelope.began_at, fact.envelope.fact_id)

    def envelope(self, *, at: datetime) -> Envelope:
        """Make the envelope of a new fact on this thread, said at `at` (UTC)."""
        return Envelope(uuid4(), self.correlation_id, self.caused_by, self.began_at, at)


class _EnvelopeSchema(Schema):
    """The wire form of an envelope and what it holds."""

    class Meta:
        """A newer speaker may add to the envelope."""

        unknown = EXCLUDE

    fact = fields.String(required=True)
    fact_id = fields.UUID(required=True)
    correlation_id = fields.String(required=True, validate=validate.Length(1, 200))
    caused_by = fields.UUID(required=True, allow_none=True)
    began_at = fields.AwareDateTime(required=True)
    said_at = fields.AwareDateTime(required=True)
    data = fields.Dict(required=True)


_ENVELOPE = _EnvelopeSchema()

_BY_TYPE: dict[Any, tuple[type[fields.Field[Any]], dict[str, Any]]] = {
    UUID: (fields.UUID, {}),
    datetime: (fields.AwareDateTime, {}),
    int: (fields.Integer, {"strict": True}),
    bool: (fields.Boolean, {"truthy": {True}, "falsy": {False}}),
    str: (fields.String, {}),
}


def wire_field(hint: Any, declared: "dataclasses.Field[Any]") -> fields.Field[Any]:
    """Make the marshmallow field of one dataclass field.

    Raises:
        TypeError: the type has no wire form.
    """
    options: dict[str, Any] = {}
    if declared.default is dataclasses.MISSING:
        options["required"] = True
    else:
        options["load_default"] = declared.default
    if get_origin(hint) is UnionType and NoneType in get_args(hint):
        options["allow_none"] = True
        (hint,) = (arg for arg in get_args(hint) if arg is not NoneType)
    if get_origin(hint) is Literal:
        return fields.String(validate=validate.OneOf(get_args(hint)), **options)
    if hint not in _BY_TYPE:
        msg = f"{declared.name}: {hint} has no wire form"
        raise TypeError(msg)
    kind, more = _BY_TYPE[hint]
    return kind(**more, **options)


def _flat(messages: Mapping[str, Any]) -> str:
    """Write marshmallow's messages on one line, a field at a time."""
    return "; ".join(f"{name}: {text}" for name, text in sorted(messages.items()))
