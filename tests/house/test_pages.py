"""What is written for people is true: settings, commands, the lock, nothing of one machine."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner
from marshmallow import Schema, fields, validate
from packaging.requirements import Requirement
from packaging.version import Version

from services.__main__ import atelier
from services.suite import SUITE
from shared.bus import rpc
from shared.bus.facts import calls_page
from shared.config import variables

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text()
HOSTS = "|".join(
    re.escape(f"{name}.{end}")
    for name, end in (
        ("pypi", "org"),
        ("python" + "hosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
    )
)


@pytest.mark.parametrize("name", variables())
def test_the_readme_documents_every_setting(name: str) -> None:
    declared = variables()[name]

    row = re.search(rf"^\| `ATELIER_{name.upper()}` \|(.*)\|(.*)\|$", README, re.MULTILINE)

    assert row, f"ATELIER_{name.upper()} has no row in README.md"
    assert row.group(2).strip() == declared.metadata["help"]


def test_the_readme_names_only_settings_there_are() -> None:
    named = set(re.findall(r"\bATELIER_[A-Z_]+[A-Z]\b", README))

    known = {f"ATELIER_{name.upper()}" for name in variables()}
    assert {name for name in named if not name.startswith("ATELIER_TEST_")} <= known


@pytest.mark.parametrize("service", SUITE)
def test_the_readme_names_every_service(service: str) -> None:
    assert re.search(rf"^\| {service} \|", README, re.MULTILINE)


def test_calls_md_is_what_the_code_says() -> None:
    assert (ROOT / "CALLS.md").read_text() == calls_page(SUITE)


def test_every_command_the_readme_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert set(re.findall(r"(?:`|^)make ([a-z]+)", README, re.MULTILINE)) <= targets
    for words in set(re.findall(r"`atelier ([a-z]+)", README)):
        assert words in atelier.commands


@pytest.mark.parametrize("command", atelier.commands)
def test_every_command_says_what_it_is_for(command: str) -> None:
    shown = CliRunner().invoke(atelier, [command, "--help"])

    assert shown.exit_code == 0
    assert atelier.commands[command].help


def test_the_lock_pins_everything_that_is_needed_with_hashes() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    pinned = dict(re.findall(r"^([A-Za-z0-9_.-]+)==(\S+)", lock, re.MULTILINE))
    versions = {name.lower().replace("_", "-"): version for name, version in pinned.items()}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]

    for line in wanted:
        need = Requirement(line)
        version = versions.get(need.name.lower().replace("_", "-"))
        assert version is not None, f"{need.name} is not in the lock: run `make lock`"
        assert need.specifier.contains(Version(version), prereleases=True), line
    assert lock.count("--hash=sha256:") >= len(pinned)


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30
    ).stdout.split()
    telling = re.compile(rf"{HOSTS}|deb\.debian|/(?:home|root|Users)/\w")

    for name in tracked:
        path = ROOT / name
        if path.is_file():
            assert not telling.search(path.read_text(errors="ignore")), name


def test_the_page_of_calls_shows_defaults_as_the_wire_has_them_and_the_limits() -> None:
    class Wish(Schema):
        seats = fields.Integer(load_default=1, validate=validate.Range(1, 20))
        days = fields.List(fields.Date(), load_default=list, validate=validate.Length(max=9))
        how = fields.String(load_default=None, validate=validate.OneOf(["email", "sms"]))
        zone = fields.String(required=True, validate=validate.OneOf(list("abcdefghijklmn")))

    class Desk:
        name = "desk"

        @rpc(Wish())
        def wish(self, **wish: object) -> None:
            """Wish for something."""

    page = calls_page({"desk": Desk})

    assert "| `seats` | whole number, 1 to 20 | `1` |" in page
    assert "| `days` | list of date, up to 9 of them | `[]` |" in page
    assert "| `how` | `email` or `sms` | `null` |" in page
    assert "| `zone` | text |  |" in page
