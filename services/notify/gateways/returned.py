"""Mail that comes back: it could not be delivered (RFC 3464), or was called spam (RFC 5965)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message as Mail
from uuid import UUID

_OURS = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@[^<>\s]+>", re.IGNORECASE)
_WHOSE = ("Message-ID", "References", "In-Reply-To")
_LONGEST = 150


@dataclass(frozen=True, slots=True)
class Returned:
    """What a report says of one of our messages.

    Args:
        message_id: the message; None: none of ours.
        complained: its recipient called it spam; otherwise it could not be delivered.
        status: why not (RFC 3463), `5.1.1` for one; empty: it is only late, or has gone on.
        words: what the other server said.
    """

    message_id: UUID | None
    complained: bool
    status: str
    words: str

    @property
    def final(self) -> bool:
        """Say whether it will not be delivered any more.

        Where the action is `failed` it has been given up, whatever the status: `4.4.7` says why,
        and that another message may get through (RFC 3464, 2.3.3; RFC 3463, 2).
        """
        return self.complained or bool(self.status)

    @property
    def for_good(self) -> bool:
        """Say whether another message would fare no better."""
        return self.status.startswith("5.")


def read_returned(mail: str) -> Returned | None:
    """Read a report; None: it is none.

    Whoever writes a report has to know the id of a message, which only its readers do.
    """
    report = message_from_bytes(mail.encode(errors="replace"), policy=policy.compat32)
    parts = list(report.walk())
    message_id = _message_in(parts)
    late = None
    for part in parts:
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            for about in _blocks(part):
                if _said(about, "Action").lower() == "failed":
                    why, words = _status(about), _said(about, "Diagnostic-Code").partition(";")[2]
                    said = words.strip()[:_LONGEST]
                    return Returned(message_id, complained=False, status=why, words=said)
                late = Returned(message_id, complained=False, status="", words="")
        elif kind == "message/feedback-report":
            for about in _blocks(part):
                if _said(about, "Feedback-Type").lower() in {"abuse", "fraud"}:
                    said = _said(about, "Feedback-Type")
                    return Returned(message_id, complained=True, status="", words=said)
    return late


def _blocks(part: Mail) -> Iterator[Mail]:
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (one for one in payload if isinstance(one, Mail))


def _said(about: Mail, name: str) -> str:
    return " ".join(str(about.get(name, "")).split())


def _status(about: Mail) -> str:
    found = re.match(r"[245]\.\d{1,3}\.\d{1,3}", _said(about, "Status"))
    return found.group() if found else "5.0.0"


def _message_in(parts: list[Mail]) -> UUID | None:
    """Find the message a report is about: the one that is in it, else the one it answers."""
    for part in reversed(parts):
        found = _OURS.search(" ".join(_said(part, name) for name in _WHOSE))
        if found is None and part.get_content_type() == "text/rfc822-headers":
            content = part.get_payload(decode=True)
            text = content.decode("latin-1") if isinstance(content, bytes) else ""
            own = re.search(r"(?im)^Message-ID:\s*(<\S+>)", text)
            found = _OURS.search(own[1]) if own else None
        if found is not None:
            return UUID(found[1])
    return None
