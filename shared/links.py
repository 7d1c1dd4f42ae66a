"""Links that prove themselves: signed, for one purpose, about one thing, for a time.

The keys come from ATELIER_LINK_KEYS: the last one signs, every one verifies, so a key is rotated
by adding a new one at the end and dropping the old one when its links have expired.

A link in a message knows the message it is in. What its reader does by it is said to be caused by
that message, so that `atelier why` leads from a message to the press of its link. Where every
character is paid for, all that a link holds is packed into bytes: 76 characters instead of 138.
"""

import struct
from collections.abc import Sequence
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from itsdangerous import BadSignature, Signer, URLSafeSerializer
from itsdangerous.encoding import base64_decode, base64_encode

from shared.config import settings

_PACKED = struct.Struct(">16sI16s")
"""What a packed link is about, when it expires (seconds since 1970), the message it is in."""
_FOUR_BYTES = 2**32 - 1
_followed: ContextVar[UUID | None] = ContextVar("followed", default=None)


class LinkInvalid(Exception):
    """The link was not made by us, or for something else."""


class LinkExpired(LinkInvalid):
    """The link was good once."""


@cache
def _signer(purpose: str, keys: tuple[str, ...]) -> URLSafeSerializer:
    return URLSafeSerializer(list(keys), salt=f"atelier:{purpose}")


@cache
def _packer(purpose: str, keys: tuple[str, ...]) -> Signer:
    return Signer(list(keys), salt=f"atelier:{purpose}:packed")


def _keys(keys: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(keys or settings().link_keys)


def followed_link() -> UUID | None:
    """Give, once, the message whose link this request has followed, if any."""
    message_id = _followed.get()
    _followed.set(None)
    return message_id


def sign_link(
    purpose: str,
    subject: UUID,
    *,
    expires_at: datetime,
    message_id: UUID | None = None,
    keys: Sequence[str] | None = None,
) -> str:
    """Make the token of a link.

    Args:
        purpose: what the link may be used for; it is good for nothing else.
        subject: the id of the one thing it is about.
        expires_at: UTC; good before it, not from then on.
        message_id: the message the link is in.
        keys: other keys than the configured ones.

    Returns:
        A token of URL-safe characters.
    """
    held: list[Any] = [subject.hex, int(expires_at.timestamp())]
    if message_id is not None:
        held.append(message_id.hex)
    made: str | bytes = _signer(purpose, _keys(keys)).dumps(held)
    return made if isinstance(made, str) else made.decode()


def sign_short_link(
    purpose: str,
    subject: UUID,
    *,
    expires_at: datetime,
    message_id: UUID,
    keys: Sequence[str] | None = None,
) -> str:
    """Make the token of a link in a text message: as short as it can be; see `sign_link`."""
    expires = min(int(expires_at.timestamp()), _FOUR_BYTES)
    held = _PACKED.pack(subject.bytes, expires, message_id.bytes)
    return _packer(purpose, _keys(keys)).sign(base64_encode(held)).decode()


def open_link(purpose: str, token: str, *, at: datetime, keys: Sequence[str] | None = None) -> UUID:
    """Give the id a link is about.

    Raises:
        LinkInvalid: not signed by one of the keys, or for another purpose.
        LinkExpired: its time is over at `at`.
    """
    try:
        subject, expires, message_id = _held(purpose, token, _keys(keys))
    except (BadSignature, ValueError, TypeError, LookupError) as exc:
        msg = "this link is not valid"
        raise LinkInvalid(msg) from exc
    if at.timestamp() >= expires:
        msg = "this link has expired"
        raise LinkExpired(msg)
    _followed.set(message_id)
    return subject


def _held(purpose: str, token: str, keys: tuple[str, ...]) -> tuple[UUID, int, UUID | None]:
    """Give what a token of either form holds, if it is signed."""
    packer = _packer(purpose, keys)
    if packer.validate(token):
        about, expires, message = _PACKED.unpack(base64_decode(packer.unsign(token)))
        return UUID(bytes=about), expires, UUID(bytes=message)
    made: Any = _signer(purpose, keys).loads(token)
    message_id = UUID(made[2]) if len(made) > 2 else None  # noqa: PLR2004 - a third part
    return UUID(made[0]), int(made[1]), message_id
