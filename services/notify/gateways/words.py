"""The words of messages: the default ones, and how any are filled in and checked.

A text is written once; the HTML of an email is made from it. `[words](address)` is a link,
`**words**` are bold, an empty line ends a paragraph; in what is filled in, these characters mean
nothing.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.notify.domain import MessageKind, Words, plainer
from shared.shapes import LANGUAGES

_MARKS = str.maketrans("[]*", "\ue000\ue001\ue002")
_UNMARKS = str.maketrans("\ue000\ue001\ue002", "[]*")
_PIECE = re.compile(
    r"\[(?P<label>[^\[\]\n]+)\]\((?P<target>[^()\s]+)\)|\*\*(?P<bold>[^*\n]+)\*\*"
    r"|(?P<url>https?://[^\s<>]+)"
    r"|(?P<line>\n)"
)
_LINK = re.compile(r"\[([^\[\]\n]+)\]\(([^()\s]+)\)")
_LEADS_SOMEWHERE = re.compile(r"(https?://|mailto:|tel:)", re.IGNORECASE)
_BOLD = re.compile(r"\*\*([^*\n]+)\*\*")
_TAIL = ".,;:!?"
# What words may do is cheap, whatever they say: no loops, sums or calls, nothing that multiplies.
_MAY = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If),
    *(nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Concat),
    *(nodes.Filter, nodes.Test),
)
_FILTERS = {"capitalize", "default", "lower", "title", "trim", "upper"}
_TESTS = {"defined", "undefined"}
_DEEPEST = 20
_MOST_PLACEHOLDERS = 200


class WordsInvalid(Exception):
    """These words cannot be filled in; the text says which, and why."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text in a paragraph: plain, bold, a link, or the end of a line."""

    text: str
    url: str = ""
    bold: bool = False


def _unmarked(value: Any) -> Any:
    """Take the meaning from what is filled in."""
    return value.translate(_MARKS) if isinstance(value, str) else value


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """Give the environment that fills texts in: nothing but the values it is handed can be had."""
    made = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        finalize=_unmarked,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # plain text; the layout escapes what becomes HTML
    )
    made.globals.clear()
    return made


@lru_cache(maxsize=2000)
def _compiled(source: str) -> Template:
    return environment().from_string(source.strip("\n"))


@cache
def default_words(kind: MessageKind, language: str) -> Words:
    """Give the words a kind has where the studio has not changed them."""
    found = _file(language)[kind.value]
    return Words(found["subject"], found["text"], found["sms"])


@cache
def shared_words(language: str) -> Mapping[str, str]:
    """Give what the messages of a language have in common."""
    found: Mapping[str, str] = _file(language)["shared"]
    return found


@cache
def _file(language: str) -> Mapping[str, Any]:
    if language not in LANGUAGES:
        language = "en"
    text = files("services.notify").joinpath(f"templates/{language}/words.toml").read_text("utf-8")
    return tomllib.loads(text)


def fill(source: str, values: Mapping[str, str]) -> str:
    """Fill a text in; its marks are still in it.

    Raises:
        TemplateError: it names what there is not, or does what it may not.
    """
    return _compiled(source).render(values).strip("\n")


def plain(filled: str) -> str:
    """Give a filled text as it is read without HTML: a link's address below its words."""
    text = _LINK.sub(lambda link: f"{link[1]}:\n{link[2]}", filled)
    return _BOLD.sub(r"\1", text).translate(_UNMARKS)


def one_line(filled: str) -> str:
    """Give a filled text as a subject: on one line, without marks."""
    return " ".join(filled.translate(_UNMARKS).split())


def short(filled: str) -> str:
    """Give a filled text as an SMS."""
    return plainer(filled.translate(_UNMARKS)).strip()


def paragraphs(filled: str) -> list[list[Piece]]:
    """Take a filled text apart, for HTML."""
    blocks = re.split(r"\n{2,}", filled.strip("\n"))
    return [list(_pieces(block)) for block in blocks if block.strip()]


def _pieces(block: str) -> Iterator[Piece]:
    end = 0
    for found in _PIECE.finditer(block):
        if found.start() > end:
            yield Piece(block[end : found.start()].translate(_UNMARKS))
        end = found.end()
        if found["label"] and _LEADS_SOMEWHERE.match(found["target"]):
            yield Piece(found["label"].translate(_UNMARKS), url=found["target"])
        elif found["label"]:
            yield Piece(found[0].translate(_UNMARKS))
        elif found["bold"]:
            yield Piece(found["bold"].translate(_UNMARKS), bold=True)
        elif found["url"]:
            url = found["url"].rstrip(_TAIL)
            end = found.start() + len(url)
            yield Piece("", url=url.translate(_UNMARKS))
        else:
            yield Piece("\n")
    if end < len(block):
        yield Piece(block[end:].translate(_UNMARKS))


def check(source: str, known: Mapping[str, str]) -> str:
    """Refuse a text that could not be filled in with values of these names; give it filled in.

    Raises:
        WordsInvalid: its syntax is wrong, it names a placeholder there is not, or it does what is
            not for words to do.
    """
    try:
        parsed = environment().parse(source)
        _check_nodes(parsed)  # first of all: what follows works sums out beforehand
        unknown = sorted(meta.find_undeclared_variables(parsed) - set(known))
        if unknown:
            msg = f"Unknown placeholder {', '.join(unknown)}; known: {', '.join(sorted(known))}."
            raise WordsInvalid(msg)
        _compiled(source).render(dict.fromkeys(known, ""))  # what is not known is empty
        filled = _compiled(source).render(known).strip("\n")
    except TemplateError as exc:
        msg = f"Cannot be filled in: {exc}."
        raise WordsInvalid(msg) from exc
    except (TypeError, ValueError, ArithmeticError, RecursionError, MemoryError) as exc:
        msg = f"Cannot be filled in: {type(exc).__name__}."
        raise WordsInvalid(msg) from exc
    for link in _LINK.finditer(filled):
        if not _LEADS_SOMEWHERE.match(link[2]):
            msg = f"A link must lead to http, https, mailto or tel, not to {link[2][:50]}."
            raise WordsInvalid(msg)
    return filled


def _check_nodes(parsed: nodes.Template) -> None:
    """Refuse whatever is no placeholder and no condition."""
    level, depth, names = [parsed.body], 0, 0
    while level:
        inside: list[list[nodes.Node]] = []
        for node in (one for several in level for one in several):
            if (
                not isinstance(node, _MAY)
                or (isinstance(node, nodes.Filter) and node.name not in _FILTERS)
                or (isinstance(node, nodes.Test) and node.name not in _TESTS)
            ):
                msg = (
                    f"Cannot be filled in: only placeholders, {{% if %}} and the filters "
                    f"{', '.join(sorted(_FILTERS))} can be used here (line {node.lineno})."
                )
                raise WordsInvalid(msg)
            names += isinstance(node, nodes.Name)
            inside.append(list(node.iter_child_nodes()))
        level, depth = inside, depth + any(inside)
        if depth > _DEEPEST or names > _MOST_PLACEHOLDERS:
            msg = (
                f"Cannot be filled in: {_DEEPEST} conditions inside of one another and "
                f"{_MOST_PLACEHOLDERS} placeholders at most."
            )
            raise WordsInvalid(msg)
