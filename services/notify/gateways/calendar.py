"""Calendar entries that come with messages, and move and go with what they are about."""

import base64
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parseaddr

from services.notify.domain import Message, MessageKind
from shared.config import Settings

_ENTERED = {
    MessageKind.CONFIRMED,
    MessageKind.ALLOCATED,
    MessageKind.MOVED,
    MessageKind.REGISTERED,
    MessageKind.REGISTRATION_CHANGED,
}
_REMOVED = {
    MessageKind.CANCELLED,
    MessageKind.SESSION_CANCELLED,
    MessageKind.REGISTRATION_ENDED,
    MessageKind.EVENT_CANCELLED,
    MessageKind.AGENDA_CANCELLED,
}
_SPECIAL = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})
_PARAMETER = re.compile(r'[";:,\x00-\x1f]')
_COMES = "ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE"
_LINE = 73


def method_of(message: Message) -> str | None:
    """Say what a message does to a calendar: REQUEST enters or moves, CANCEL removes."""
    if not message.context.get("starts_at"):
        return None
    if message.kind in _ENTERED:
        return "REQUEST"
    entered = message.context.get("booking_id") or message.context.get("registration_id")
    return "CANCEL" if message.kind in _REMOVED and entered else None


def calendar_of(message: Message, method: str, chosen: Settings, address: str) -> bytes:
    """Write the entry (RFC 5545, 5546): one UID per booking, and the fact's own sequence."""
    context = message.context
    sender_name, sender = parseaddr(chosen.mail_from)
    uid = context.get("booking_id") or context.get("registration_id") or message.message_id
    stamp = message.created_at or message.began_at
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Atelier//notify//EN",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        f"UID:{uid}@{sender.rpartition('@')[2]}",
        f"DTSTAMP:{_utc(stamp)}",
        f"SEQUENCE:{context.get('sequence') or 0}",
        f"DTSTART:{_utc(_instant(context, 'starts_at'))}",
    ]
    if context.get("ends_at"):
        lines.append(f"DTEND:{_utc(_instant(context, 'ends_at'))}")
    lines.append(f"SUMMARY:{context['session_name'].translate(_SPECIAL)}")
    if context.get("location"):
        lines.append(f"LOCATION:{context['location'].translate(_SPECIAL)}")
    lines += [
        f"STATUS:{'CANCELLED' if method == 'CANCEL' else 'CONFIRMED'}",
        f'ORGANIZER;CN="{_PARAMETER.sub(" ", sender_name)}":mailto:{sender}',
        f'ATTENDEE;CN="{_PARAMETER.sub(" ", message.name)}";{_COMES}:mailto:{address}',
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return b"".join(_folded(line.encode()) for line in lines)


def _instant(context: Mapping[str, str], name: str) -> datetime:
    return datetime.fromisoformat(context[name])


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _folded(line: bytes) -> bytes:
    """Break a line that is longer than 75 octets, and no character in two."""
    if len(line) <= _LINE:
        return line + b"\r\n"
    parts, rest = [], line
    while len(rest) > _LINE:
        cut = _LINE
        while rest[cut] & 0xC0 == 0x80:  # noqa: PLR2004 - inside of a UTF-8 character
            cut -= 1
        parts.append(rest[:cut])
        rest = rest[cut:]
    return b"\r\n ".join([*parts, rest]) + b"\r\n"


def as_base64(content: bytes) -> str:
    """Write bytes as an email carries them."""
    return base64.encodebytes(content).decode("ascii").replace("\n", "\r\n")
