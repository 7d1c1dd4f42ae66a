"""What notify's tests stand on."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.notify.office import Office, office_in


@pytest.fixture
def office() -> Iterator[Office]:
    """Give notify alone, told facts by the test."""
    with office_in() as made:
        yield made


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """Make a certificate for this host, and its key, that nobody trusts yet."""
    made, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    make += ["-nodes", "-days", "2", "-subj", "/CN=localhost"]
    make += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key)]
    subprocess.run([*make, "-out", str(made)], check=True, capture_output=True, timeout=20)
    return made, key
