"""Every setting is read, checked and documented; what is wrong is named, all of it at once."""

from pathlib import Path

import pytest

from shared.config import (
    DEVELOPMENT_KEY,
    SERVICES,
    SettingsInvalid,
    host_and_port,
    read_settings,
    variables,
)

README = Path(__file__).parents[2] / "README.md"
GOOD = {
    "bus_url": ("amqps://user:secret@broker/vhost", "amqps://user:secret@broker/vhost"),
    "db_url": ("postgresql://db/atelier_{service}", "postgresql://db/atelier_{service}"),
    "data_dir": ("somewhere", Path("somewhere")),
    "link_keys": ("0123456789abcdef,fedcba9876543210", ("0123456789abcdef", "fedcba9876543210")),
    "smtp_connections": ("9", 9),
    "smtp_timeout": ("2.5", 2.5),
    "mail_from": ("The Studio <hello@example.com>", "The Studio <hello@example.com>"),
    "smtp_url": ("smtp+starttls://user:pw@mail:587", "smtp+starttls://user:pw@mail:587"),
    "batch": ("100", 100),
    "log_level": ("DEBUG", "DEBUG"),
    "environment": ("test", "test"),
}
WRONG = {
    "studio_country": ["it", "Italy", "XX"],
    "bus_url": ["redis://x", "amqp:/x", ""],
    "db_url": ["mysql://x", "sqlite:///x", ""],
    "link_keys": ["short", "0123456789abcdef,short", ""],
    "smtp_url": ["http://x", "smtp://"],
    "smtp_connections": ["0", "51", "many", "1.5"],
    "smtp_timeout": ["0", "301", "soon"],
    "mail_from": ["nobody", "a@b", "A <a@b> <c@d>", "A\r\nBcc: x <a@b>"],
    "booking_web": ["8600", "host", "host:port"],
    "booking_url": ["studio", "ftp//x"],
    "workers": ["0", "101"],
    "batch": ["0", "501"],
    "keep_days": ["0"],
    "keep_texts_days": ["0", "4000"],
    "stop_seconds": ["0"],
    "log_level": ["LOUD", "debug"],
    "environment": ["staging"],
}
NAMES = sorted(variables())


def test_with_nothing_set_everything_runs_embedded(tmp_path: Path) -> None:
    chosen = read_settings()

    assert chosen.embedded
    assert chosen.sqlite
    assert chosen.database_url("booking") == f"sqlite:///{tmp_path}/data/booking.sqlite"


@pytest.mark.parametrize("name", GOOD)
def test_each_setting_is_read_as_what_it_is(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    text, value = GOOD[name]
    monkeypatch.setenv(f"ATELIER_{name.upper()}", text)

    assert getattr(read_settings(), name) == value


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, texts in WRONG.items() for t in texts])
def test_a_wrong_value_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    monkeypatch.setenv(f"ATELIER_{name.upper()}", text)

    with pytest.raises(SettingsInvalid, match=f"ATELIER_{name.upper()}: "):
        read_settings()


def test_all_that_is_wrong_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_BATCH", "0")
    monkeypatch.setenv("ATELIER_LOG_LEVEL", "LOUD")
    monkeypatch.setenv("ATELIER_COLOUR", "red")

    with pytest.raises(SettingsInvalid) as caught:
        read_settings()

    lines = str(caught.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "ATELIER_COLOUR",
        "ATELIER_BATCH",
        "ATELIER_LOG_LEVEL",
    ]
    assert lines[0] == "ATELIER_COLOUR: There is no such setting."


def test_failpoints_are_refused_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_FAILPOINTS", "tx.committed=kill")

    with pytest.raises(SettingsInvalid, match="ATELIER_FAILPOINTS"):
        read_settings()
    monkeypatch.setenv("ATELIER_ENVIRONMENT", "test")
    assert read_settings().failpoints == "tx.committed=kill"


def test_the_settings_of_tests_are_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_TEST_REAL", "1")

    read_settings()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_may_have_a_database_elsewhere(
    monkeypatch: pytest.MonkeyPatch, service: str
) -> None:
    monkeypatch.setenv("ATELIER_DB_URL", "postgresql://all/{service}")
    monkeypatch.setenv(f"ATELIER_DB_URL_{service.upper()}", "postgresql://own/x")

    chosen = read_settings()

    assert chosen.database_url(service) == "postgresql+psycopg2://own/x"
    others = set(SERVICES) - {service}
    assert {chosen.database_url(other) for other in others} == {
        f"postgresql+psycopg2://all/{other}" for other in others
    }


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_BUS_URL", "amqp://user:geheim@broker/vhost")
    monkeypatch.setenv("ATELIER_DB_URL", "postgresql://user:geheim@db/x")
    monkeypatch.setenv("ATELIER_DB_URL_NOTIFY", "postgresql://user:geheim@db/y")
    monkeypatch.setenv("ATELIER_SMTP_URL", "smtps://user:geheim@mail:465")
    monkeypatch.setenv("ATELIER_LINK_KEYS", "geheim0123456789abcdef")

    shown = read_settings().shown()

    assert sorted(shown) == NAMES
    assert "geheim" not in " ".join(shown.values())
    assert shown["bus_url"] == "amqp://user:***@broker/vhost"


def test_the_development_key_is_called_what_it_is() -> None:
    assert read_settings().link_keys == (DEVELOPMENT_KEY,)
    assert "development" in read_settings().shown()["link_keys"]


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_documented(name: str) -> None:
    assert f"ATELIER_{name.upper()}" in README.read_text()
    assert variables()[name].metadata["help"]


@pytest.mark.parametrize(
    ("address", "parts"),
    [("127.0.0.1:8600", ("127.0.0.1", 8600)), ("[::1]:80", ("::1", 80)), ("host:0", ("host", 0))],
)
def test_an_address_is_taken_apart(address: str, parts: tuple[str, int]) -> None:
    assert host_and_port(address) == parts
