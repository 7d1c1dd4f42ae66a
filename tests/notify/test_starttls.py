"""A mail server that wants TLS first: nothing is said to it in the clear."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.notify.domain import Delivery, MessageKind
from services.notify.gateways import SmtpMailer, sample
from shared.config import settings
from shared.testing import MORNING
from tests.notify.office import all_of
from tests.servers import free_port, running

ROOT = Path(__file__).parents[2]


@pytest.fixture(name="noted")
def run_server(
    certificate: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    offered: bool,
) -> Iterator[Path]:
    """Run a mail server that offers STARTTLS, or does not; give the file it notes in."""
    noted, port = tmp_path / "noted", free_port()
    noted.touch()
    tls = map(str, certificate) if offered else ()
    monkeypatch.setenv("ATELIER_SMTP_URL", f"smtp+starttls://localhost:{port}")
    settings.cache_clear()
    with running("tests.notify.server", port, str(noted), *tls):
        yield noted


def send_two() -> list[Delivery]:
    """Send two messages, one after the other; give how each ended."""
    mailer = SmtpMailer(settings())
    ends: list[Delivery] = []
    for _ in range(2):
        message = sample(MessageKind.CONFIRMED, "en", None, name="Ada", at=MORNING)
        ends += [outcome.delivery for outcome in mailer.send([message], all_of)]
    mailer.close()
    return ends


@pytest.mark.parametrize("offered", [True])
def test_messages_go_over_one_connection_that_tls_was_started_on(
    noted: Path, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))

    ends = send_two()

    taken = [json.loads(line) for line in noted.read_text().splitlines()]
    assert ends == [Delivery.TAKEN] * 2
    assert [one["over_tls"] for one in taken] == [True] * 2
    assert len({one["peer"] for one in taken}) == 1


@pytest.mark.parametrize("offered", [False, True], ids=["not offered", "not trusted"])
# smtplib keeps no hand on the socket whose handshake fails, so nobody can close it sooner.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_without_tls_that_can_be_trusted_nothing_is_sent_yet(noted: Path) -> None:
    assert send_two() == [Delivery.LATER] * 2
    assert noted.read_text() == ""
