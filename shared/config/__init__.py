"""Every setting of the suite: from the environment only, typed, read once, named in one place.

A setting that is wrong, or that nobody knows, stops the program before it does anything, with a
line per fault. With nothing set, everything runs embedded: the bus in memory, SQLite below the
data directory, email as files.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import Field, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import urlsplit

from environs import Env, EnvValidationError, validate

from shared.config.rules import (
    ADDRESS,
    BUS,
    DATABASE,
    MAIL_SERVER,
    SENDER,
    URL,
    known_country,
    known_zone,
    setting,
    strong_keys,
)

SERVICES = ("booking", "waitlist", "notify", "loyalty", "ranking", "events")
WITH_PAGES = ("booking", "waitlist", "notify", "loyalty", "ranking", "events")
"""The services that have public pages, each at its own address."""
PREFIX = "ATELIER_"
EMBEDDED_BUS = "memory://"
DEVELOPMENT_KEY = "atelier-development-only-key"


class SettingsInvalid(Exception):
    """The environment names settings nobody could run with; the text lists them all."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings, each from the environment variable ATELIER_ and its name in capitals."""

    bus_url: str = setting(
        EMBEDDED_BUS,
        "where RabbitMQ is (`amqp://user:password@host/vhost`); `memory://`: embedded",
        BUS,
    )
    db_url: str = setting(
        "sqlite",
        "the databases, `{service}` standing for the service's name "
        "(`postgresql://host/atelier_{service}`); `sqlite`: files in the data directory",
        DATABASE,
    )
    db_url_booking: str = setting("", "booking's database, where it is not by the pattern")
    db_url_waitlist: str = setting("", "waitlist's database, where it is not by the pattern")
    db_url_notify: str = setting("", "notify's database, where it is not by the pattern")
    db_url_loyalty: str = setting("", "loyalty's database, where it is not by the pattern")
    db_url_ranking: str = setting("", "ranking's database, where it is not by the pattern")
    db_url_events: str = setting("", "events' database, where it is not by the pattern")
    data_dir: Path = setting(  # noqa: RUF009 - a path does not change
        Path("atelier-data"), "the directory of the databases and emails kept as files"
    )
    link_keys: tuple[str, ...] = setting(
        (DEVELOPMENT_KEY,),
        "secrets that sign links, separated by commas, newest last: the last signs, all verify",
        strong_keys,
    )
    booking_url: str = setting(
        "http://127.0.0.1:8600",
        "the public address of booking's pages, as links name it",
        URL,
    )
    booking_web: str = setting(
        "127.0.0.1:8600", "the address and port booking's pages listen on", ADDRESS
    )
    ranking_url: str = setting(
        "http://127.0.0.1:8603",
        "the public address of ranking's pages, as links name it",
        URL,
    )
    ranking_web: str = setting(
        "127.0.0.1:8603", "the address and port ranking's pages listen on", ADDRESS
    )
    waitlist_url: str = setting(
        "http://127.0.0.1:8601",
        "the public address of waitlist's pages, as links name it",
        URL,
    )
    waitlist_web: str = setting(
        "127.0.0.1:8601", "the address and port waitlist's pages listen on", ADDRESS
    )
    notify_url: str = setting(
        "http://127.0.0.1:8602",
        "the public address of notify's pages and of Twilio's callbacks, as links name it",
        URL,
    )
    notify_web: str = setting(
        "127.0.0.1:8602", "the address and port notify's pages listen on", ADDRESS
    )
    loyalty_url: str = setting(
        "http://127.0.0.1:8604",
        "the public address of loyalty's pages, as links name it",
        URL,
    )
    loyalty_web: str = setting(
        "127.0.0.1:8604", "the address and port loyalty's pages listen on", ADDRESS
    )
    events_url: str = setting(
        "http://127.0.0.1:8605", "the public address of events' pages, as links name it", URL
    )
    events_web: str = setting(
        "127.0.0.1:8605", "the address and port events' pages listen on", ADDRESS
    )
    studio_name: str = setting("Atelier", "what the studio is called in messages and on pages")
    studio_language: str = setting(
        "en",
        "the studio's language, `en`, `it`, `fr` or `de`: for staff, and where a person's is not "
        "known",
        validate.OneOf(["en", "it", "fr", "de"]),
    )
    studio_time_zone: str = setting(
        "UTC", "the studio's time zone (IANA name), where nothing nearer says one", known_zone
    )
    studio_country: str = setting(
        "",
        "the country (ISO 3166, `IT`) of telephone numbers without a country code",
        known_country,
    )
    currency: str = setting(
        "eur",
        "the currency of prices that name none (ISO 4217, lower case)",
        validate.Regexp(r"[a-z]{3}$", error="Must be three lower-case letters."),
    )
    stripe_key: str = setting(
        "", "the secret key of the Stripe account; empty: only offline payments are taken"
    )
    stripe_webhook_secret: str = setting(
        "",
        "the secrets Stripe signs its webhooks with, separated by commas; each address has its own",
    )
    stripe_url: str = setting("", "where Stripe's API is, if not at Stripe's own address")
    twilio_account: str = setting(
        "", "the Twilio account (SID); empty: text messages are written to files as email is"
    )
    twilio_token: str = setting("", "the Twilio account's token")
    twilio_sender: str = setting(
        "", "the messaging service (SID) or number that text messages are sent from"
    )
    twilio_url: str = setting("", "where Twilio's API is, if not at Twilio's own address")
    ops_web: str = setting(
        "127.0.0.1:9600",
        "the address and port of `/health/live`, `/health/ready` and `/metrics`",
        ADDRESS,
    )
    smtp_url: str = setting(
        "",
        "the mail server (`smtp://user:password@host:25`, `smtp+starttls://…`, `smtps://…`); "
        "empty: email is written to files in the data directory",
        MAIL_SERVER,
    )
    smtp_connections: int = setting(
        4, "mail server connections at a time, 1 to 50", validate.Range(1, 50)
    )
    smtp_timeout: float = setting(
        10.0, "seconds to wait for an answer of the mail server", validate.Range(0.1, 300)
    )
    mail_from: str = setting(
        "Atelier <studio@example.com>",
        "the sender of every email, as `Name <address>`",
        SENDER,
    )
    workers: int = setting(
        8, "RPC calls a service answers at the same time, 1 to 100", validate.Range(1, 100)
    )
    batch: int = setting(
        32, "facts a listener takes into one transaction at most, 1 to 500", validate.Range(1, 500)
    )
    keep_days: int = setting(
        30,
        "days that said facts, marks of handled ones and stored replies are kept",
        validate.Range(1, 3650),
    )
    keep_texts_days: int = setting(
        400,
        "days that notify keeps what a message said, and to which address; then only what it was",
        validate.Range(1, 3650),
    )
    stop_seconds: float = setting(
        25.0, "seconds a stopping process may take to finish its work", validate.Range(1, 600)
    )
    log_level: str = setting(
        "INFO",
        "`DEBUG`, `INFO`, `WARNING` or `ERROR`",
        validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR"]),
    )
    environment: str = setting(
        "production",
        "`production`, or `test`: only there failpoints may be set",
        validate.OneOf(["production", "test"]),
    )
    failpoints: str = setting(
        "", "faults to cause on purpose, for tests (`tx.committed:cancel_booking=kill@3`)"
    )

    def public_url(self, service: str) -> str:
        """Give the public address of a service's pages, without a slash at its end."""
        url: str = getattr(self, f"{service}_url")
        return url.rstrip("/")

    @property
    def embedded(self) -> bool:
        """Say whether the bus is this process's own memory."""
        return self.bus_url.startswith(EMBEDDED_BUS)

    @property
    def sqlite(self) -> bool:
        """Say whether the databases are files in the data directory."""
        return self.db_url == "sqlite"

    def database_url(self, service: str) -> str:
        """Give the SQLAlchemy address of a service's own database."""
        url: str = getattr(self, f"db_url_{service}") or self.db_url
        if url == "sqlite":
            return f"sqlite:///{self.data_dir.absolute() / service}.sqlite"
        return url.replace("{service}", service).replace("postgresql://", "postgresql+psycopg2://")

    def shown(self) -> Mapping[str, str]:
        """Give every setting as text that may be shown: no password, no key."""
        values = {name: getattr(self, name) for name in variables()}
        values["link_keys"] = f"{len(self.link_keys)} keys" + (
            " (for development only)" if DEVELOPMENT_KEY in self.link_keys else ""
        )
        for secret in ("stripe_key", "stripe_webhook_secret", "twilio_token"):
            values[secret] = "***" if values[secret] else ""
        return {
            name: re.sub(r"(://[^:/@]*):[^@/]*@", r"\1:***@", str(v)) for name, v in values.items()
        }


def variables() -> Mapping[str, "Field[Any]"]:
    """Give the settings by name, with their defaults and what they are for."""
    return {f.name: f for f in fields(Settings)}


def read_settings() -> Settings:
    """Read the settings from the environment.

    Raises:
        SettingsInvalid: one line for each setting that is wrong or unknown.
    """
    env, values, types = Env(eager=False), {}, get_type_hints(Settings)
    read: dict[Any, Any] = {
        str: env.str,
        int: env.int,
        float: env.float,
        Path: env.path,
        tuple[str, ...]: env.list,
    }
    for name, declared in variables().items():
        variable, rule = PREFIX + name.upper(), declared.metadata["rule"]
        values[name] = read[types[name]](variable, declared.default, validate=rule)
    known = {PREFIX + name.upper() for name in values}
    faults = [
        f"{name}: There is no such setting."
        for name in sorted(os.environ)
        if name.startswith(PREFIX) and not name.startswith(PREFIX + "TEST_") and name not in known
    ]
    try:
        env.seal()
    except EnvValidationError as exc:
        found = exc.error_messages.items() if isinstance(exc.error_messages, dict) else ()
        faults += [f"{name}: {' '.join(map(str, texts))}" for name, texts in sorted(found)]
    if not faults and values["failpoints"] and values["environment"] != "test":
        faults.append("ATELIER_FAILPOINTS: Only where ATELIER_ENVIRONMENT is test.")
    if faults:
        raise SettingsInvalid("\n".join(faults))
    values["link_keys"] = tuple(values["link_keys"])
    return Settings(**values)


@cache
def settings() -> Settings:
    """Give the settings of this process, read at the first call."""
    return read_settings()


def host_and_port(address: str) -> tuple[str, int]:
    """Take `host:port` apart."""
    parts = urlsplit(f"//{address}")
    return parts.hostname or "127.0.0.1", parts.port or 0
