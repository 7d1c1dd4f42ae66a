"""The files that stand in for a mail server and a carrier when embedded."""

from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from services.notify.domain import Delivery, Message, Outcome
from services.notify.gateways.post import BeforeDot
from services.notify.gateways.writing import render, write_sms
from shared.config import Settings

log = structlog.get_logger()
_AT_ONCE = 20


class FileMailer:
    """Writes every email as a file below the data directory, where a person can read it."""

    def __init__(self, chosen: Settings) -> None:
        """Write below `data_dir/mail`."""
        self.chosen = chosen
        self.at_once = _AT_ONCE
        self.directory = Path(chosen.data_dir) / "mail"

    def send(self, messages: Sequence[Message], before_dot: BeforeDot) -> list[Outcome]:
        """Write the files; give what came of each."""
        self.directory.mkdir(parents=True, exist_ok=True)
        ours = before_dot(messages)
        return [self._write(message) for message in messages if message.message_id in ours]

    def _write(self, message: Message) -> Outcome:
        path = self.directory / f"{message.kind.value}-{message.message_id}.eml"

        def write() -> None:
            email = render(message, self.chosen, legible=True)
            path.write_bytes(email.replace(b"\r\n", b"\n"))

        return written(message, write, path)


class FileTexter:
    """Writes every text message as a file below the data directory."""

    def __init__(self, chosen: Settings) -> None:
        """Write below `data_dir/sms`."""
        self.chosen = chosen
        self.at_once = _AT_ONCE
        self.directory = Path(chosen.data_dir) / "sms"

    def send(self, messages: Sequence[Message], before_dot: BeforeDot) -> list[Outcome]:
        """Write the files; give what came of each."""
        self.directory.mkdir(parents=True, exist_ok=True)
        ours = before_dot(messages)
        return [self._write(message) for message in messages if message.message_id in ours]

    def _write(self, message: Message) -> Outcome:
        path = self.directory / f"{message.kind.value}-{message.message_id}.txt"
        count = 0

        def write() -> None:
            nonlocal count
            text, count = write_sms(message, self.chosen)
            path.write_text(f"To: {message.address}\n\n{text}\n", "utf-8")

        outcome = written(message, write, path)
        return Outcome(message, outcome.delivery, outcome.reply, segments=count)


def written(message: Message, write: Callable[[], object], path: Path) -> Outcome:
    """Write one file; what goes wrong harms no other message."""
    try:
        write()
    except Exception as exc:
        log.exception("mail.unwritable", message=str(message.message_id))
        return Outcome(message, Delivery.REFUSED, f"cannot be written: {type(exc).__name__}")
    return Outcome(message, Delivery.TAKEN, f"written to {path.name}")
