"""How a message is written: as an email of text, HTML and a calendar entry, or as an SMS."""

import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime as rfc5322_date
from email.utils import formataddr, getaddresses, parseaddr
from functools import cache, partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import segno
import structlog
from babel.dates import format_datetime
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from services.notify.domain import Channel, Message, MessageKind, Words, segments
from services.notify.gateways import words as filling
from services.notify.gateways.calendar import calendar_of, method_of
from services.notify.gateways.links import LINKS, preferences, unsubscribe
from services.notify.gateways.parts import legible_part, part, several
from services.notify.gateways.samples import SAMPLES
from shared.config import Settings
from shared.language import spoken_city, spoken_money, spoken_zone

log = structlog.get_logger()
_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_DAY, _TIME, _SHORT = "EEEE d MMMM y", "HH:mm", "EEE d MMM, HH:mm"
_GERMAN = {_DAY: "EEEE, d. MMMM y", _SHORT: "EEE, d. MMM, HH:mm"}
_AMOUNTS = ("amount", "price", "balance")
_AGENDAS = {"agenda", "called_off"}
_TICKET = "ticket"
_SESSION = re.compile(r"(?m)^(\d{4}-\d\d-\d\d \d\d:\d\d)-((?:\d{4}-\d\d-\d\d )?\d\d:\d\d) (.+)$")
"""A line of an agenda, as events says it: from when to when on the clock there, and what."""
_QUIET = ("cancel_url",)
"""Links that are no buttons: nobody is to give up a place because that catches the eye."""


@dataclass(frozen=True, slots=True)
class Written:
    """A message as it is read."""

    subject: str
    text: str
    html: str
    sms: str
    segments: int


def values_of(message: Message, chosen: Settings) -> dict[str, str]:
    """Give all there is to fill into a message's words, times in the studio's zone."""
    context, language = message.context, message.language
    values = dict.fromkeys(SAMPLES[message.kind], "")
    values |= {**context, "name": message.name, "studio": chosen.studio_name}
    zone = ZoneInfo(context.get("time_zone") or chosen.studio_time_zone)
    if "starts_at" in values:
        values["when"] = _span(context, zone, language)
        values["zone"] = spoken_city(zone.key, language)
        values["clock"] = spoken_zone(zone.key, language)
        values["when_short"] = _shown(context.get("starts_at"), _SHORT, zone, language)
    for name in ("until", "was"):
        if f"{name}_at" in values:
            values[name] = _shown(context.get(f"{name}_at"), _SHORT, zone, language)
    if "currency" in values:
        for name in _AMOUNTS:
            if f"{name}_minor" in values:
                values[name] = _money(context.get(f"{name}_minor"), values["currency"], language)
    values |= {
        name: _SESSION.sub(partial(_session, language=language), values[name])
        for name in _AGENDAS & values.keys()
    }
    for name, link in LINKS.get(message.kind, {}).items():
        values[name] = link(message, chosen)
    if "starts_at" in values:
        values["occasion"] = filling.fill(filling.shared_words(language)["occasion"], values)
    return values


def _shown(instant: str | None, form: str, zone: ZoneInfo, language: str) -> str:
    if not instant:
        return ""
    form = _GERMAN.get(form, form) if language == "de" else form
    return str(format_datetime(datetime.fromisoformat(instant), form, zone, language))


def _span(context: Mapping[str, str], zone: ZoneInfo, language: str) -> str:
    """Write the day, when it begins, and when it ends, be it on another day."""
    day, begin = (_shown(context.get("starts_at"), form, zone, language) for form in (_DAY, _TIME))
    last_day, end = (_shown(context.get("ends_at"), form, zone, language) for form in (_DAY, _TIME))
    if not end or not day:
        return day and f"{day}, {begin}"
    if last_day == day:
        return f"{day}, {begin}–{end}"  # noqa: RUF001 - an en dash, as in print
    return f"{day}, {begin} – {last_day}, {end}"  # noqa: RUF001 - the same


def _session(found: re.Match[str], language: str) -> str:
    """Write a line of an agenda in the reader's language."""
    begin, end, what = found.groups()
    here = ZoneInfo("UTC")  # the times are those of the clock there already
    begins = _shown(f"{begin}+00:00", _SHORT, here, language)
    if " " in end:
        return f"{begins} – {_shown(f'{end}+00:00', _SHORT, here, language)} {what}"  # noqa: RUF001 - an en dash, as in print
    return f"{begins}–{end} {what}"  # noqa: RUF001 - the same


def _money(minor: str | None, currency: str, language: str) -> str:
    """Write an amount as people do; nothing where it is 0 or unknown."""
    if not minor or not int(minor) or not currency:
        return ""
    return spoken_money(int(minor), currency, language)


@cache
def _layout() -> Template:
    return Environment(
        loader=PackageLoader("services.notify"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    ).get_template("layout.html")


def _footer(message: Message, chosen: Settings) -> list[tuple[str, str]]:
    """Give the links below a message; staff choose nothing."""
    if message.kind in {MessageKind.PROMOTION_STAFF, MessageKind.RANK_AWARDED_STAFF}:
        return []
    shared = filling.shared_words(message.language)
    links = [(shared["preferences"], preferences(message, chosen))]
    if message.kind is MessageKind.NEWS:
        links.insert(0, (shared["unsubscribe"], unsubscribe(message, chosen)))
    return links


def write_sms(message: Message, chosen: Settings) -> tuple[str, int]:
    """Write a text message; give it and how many segments it has."""
    values = values_of(message, chosen)
    (filled,) = _filled(message, lambda words: [words.sms], values)
    text = filling.short(filled)
    return text, segments(text)


def _filled(
    message: Message, parts: Callable[[Words], Sequence[str]], values: Mapping[str, str]
) -> list[str]:
    """Fill parts of a message's words in; where the studio's own fail, the default ones.

    Words are checked when they are saved, on sample data; whom they are for hears of it in any
    case.
    """
    if message.words is not None:
        try:
            return [filling.fill(part, values) for part in parts(message.words)]
        except Exception:
            log.exception("words.failed", kind=message.kind.value, version=message.version)
    words = filling.default_words(message.kind, message.language)
    return [filling.fill(part, values) for part in parts(words)]


def _write(message: Message, chosen: Settings) -> tuple[str, str, str, str | None]:
    """Write subject, text and HTML, and name the ticket's picture if there is one."""
    values = values_of(message, chosen)
    title, filled = _filled(message, lambda words: [words.subject, words.text], values)
    subject = filling.one_line(title)
    footer = _footer(message, chosen)
    below = "".join(f"\n\n{label}:\n{url}" for label, url in footer)
    ticket = None
    if message.kind is MessageKind.REGISTERED and message.context.get("ticket"):
        ticket = f"{_TICKET}-{message.message_id}"
    html = _layout().render(
        language=message.language,
        subject=subject,
        paragraphs=filling.paragraphs(filled),
        ticket=ticket,
        code=message.context.get("ticket", ""),
        studio=chosen.studio_name,
        footer=footer,
        quiet=[values[name] for name in _QUIET if values.get(name)],
    )
    return subject, f"{filling.plain(filled)}\n\n-- \n{chosen.studio_name}{below}\n", html, ticket


def show(message: Message, chosen: Settings) -> Written:
    """Write a message as it would be read, without sending it."""
    subject, text, html, _ = _write(message, chosen)
    sms, count = write_sms(replace(message, channel=Channel.SMS), chosen)
    return Written(subject, text, html, sms, count)


def sample(
    kind: MessageKind, language: str, words: Words | None, *, name: str, at: datetime
) -> Message:
    """Make a message of a kind on sample data."""
    return Message(
        message_id=UUID(int=0),
        kind=kind,
        person_id=UUID(int=0),
        address="ada@example.com",
        name=name,
        language=language,
        context=SAMPLES[kind],
        attempts=0,
        correlation_id="",
        caused_by=UUID(int=0),
        began_at=at,
        created_at=at,
        words=words,
    )


# -- the form of an email -----------------------------------------------------------------------


def render(message: Message, chosen: Settings, *, legible: bool = False) -> bytes:
    """Write the email of a message: text and HTML, in its language, and what is attached to it.

    Args:
        message: what is written.
        chosen: the studio's settings.
        legible: write text and HTML as they are, for a file; else in base64, as every mail server
            takes them.

    Raises:
        ValueError: a name or an address would add a header or a recipient.
    """
    # Not EmailMessage, which parses every header it writes and takes five times as long.
    subject, text, html, ticket = _write(message, chosen)
    sender_name, sender = parseaddr(chosen.mail_from)
    address = wire_address(message.address)
    headers = {
        "From": formataddr((sender_name, sender)),
        "To": formataddr((message.name, address)),
        "Subject": subject,
        "Date": rfc5322_date(datetime.now(UTC)),
        "Message-ID": f"<{message.message_id}@{sender.rpartition('@')[2]}>",
        "Auto-Submitted": "auto-generated",
    }
    if message.kind is MessageKind.NEWS:
        headers["List-Unsubscribe"] = f"<{unsubscribe(message, chosen)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    lines = [f"{name}: {_one_line(name, value)}" for name, value in headers.items()]
    boundary = message.message_id.hex
    written = legible_part if legible else part
    kinds = [written("text/plain; charset=utf-8", text.encode())]
    kinds.append(written("text/html; charset=utf-8", html.encode()))
    method = method_of(message)
    entry = calendar_of(message, method, chosen, address) if method else b""
    if method:
        kinds.append(part(f"text/calendar; charset=utf-8; method={method}", entry))
    body = several("alternative", f"a{boundary}", kinds)
    if ticket is not None:
        png = part("image/png", _qr(message.context["ticket"]), ticket, "ticket.png", "inline")
        body = several("related", f"r{boundary}", [body, png])
    if method:
        file = part("application/ics", entry, None, "invite.ics", "attachment")
        body = several("mixed", f"m{boundary}", [body, file])
    email = "\r\n".join([*lines, "MIME-Version: 1.0", body])
    return email.encode("utf-8" if legible else "ascii")


def _qr(code: str) -> bytes:
    picture = io.BytesIO()
    segno.make(code, micro=False).save(picture, kind="png", scale=5, border=4)
    return picture.getvalue()


def wire_address(address: str) -> str:
    """Write an address as every mail server takes it: an international domain by its ASCII name.

    Raises:
        UnicodeError: the part before the @ is not ASCII, which most servers refuse.
    """
    if address.isascii():
        return address
    local, _, domain = address.rpartition("@")
    return f"{local.encode('ascii').decode()}@{domain.encode('idna').decode()}"


def _one_line(name: str, value: str) -> str:
    """Refuse a header that would go on as another one, or name a second recipient."""
    if _BREAKS.search(value) or (name == "To" and len(getaddresses([value])) != 1):
        msg = f"the header {name} holds more than one thing"
        raise ValueError(msg)
    return value if value.isascii() else Header(value, "utf-8").encode(linesep="\r\n")


def placeholders(kind: MessageKind, chosen: Settings, *, at: datetime) -> Mapping[str, Any]:
    """Give all names the words of a kind may use, with sample values."""
    return values_of(sample(kind, "en", None, name="Ada", at=at), chosen)
