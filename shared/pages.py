"""Public pages: a service's templates and words, in the suite's languages, in one layout.

A service keeps its templates in `templates/pages/*.html`, each of which begins

    {% extends "layout.html" %}
    {% block title %}{{ t.cancel_title }}{% endblock %}
    {% block body %}<p>{{ t.seats_left.format(n=seats) }}</p>{% endblock %}

and every word they say in `templates/pages/words.toml`: a table for each language, `[en]`, `[it]`,
`[fr]`, `[de]`, with the same keys. What all services say (`t.link_expired`, `t.contact_studio`, …)
is in `shared/templates/words.toml`. Nothing is marked as safe: what people wrote is escaped.
Filters: `moment`, `day`, `hour` of an instant and a zone, `zone` of a zone, `money` of minor units
and a currency.
"""

import tomllib
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib.resources import files
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from werkzeug.wrappers import Request, Response

from shared.config import settings
from shared.language import (
    known_language,
    spoken_day,
    spoken_hour,
    spoken_moment,
    spoken_money,
    spoken_zone,
)
from shared.links import LinkExpired, LinkInvalid
from shared.shapes import LANGUAGES

Words = Mapping[str, Mapping[str, str]]


def read_words(package: str, path: str) -> Words:
    """Read a package's words: by language, by key."""
    text = files(package).joinpath(path).read_text(encoding="utf-8")
    words: Words = tomllib.loads(text)
    return words


def language_of(request: Request, *known: str | None) -> str:
    """Choose a page's language: the first known one, else the visitor's, else the studio's."""
    spoken = (tag.partition("-")[0].lower() for tag in request.accept_languages.values())
    return known_language(request.args.get("lang"), *known, *spoken, settings().studio_language)


class Pages:
    """Writes the pages of one service."""

    def __init__(self, service: str) -> None:
        """Write pages from the templates and words of `services/<service>/templates/pages`."""
        self.package = f"services.{service}"

    def show(self, template: str, language: str, status: int = 200, **values: Any) -> Response:
        """Make a whole page.

        Args:
            template: its name without `.html`.
            language: ISO 639-1; one the suite speaks.
            status: of HTTP.
            values: what the template shows; instants are UTC and aware.
        """
        language = known_language(language)
        environment = _environment(self.package, language)
        text = environment.get_template(f"{template}.html").render(**values)
        return _html(text, status)

    def sorry(self, exc: LinkInvalid, language: str) -> Response:
        """Say that a link is not valid, or no longer."""
        if isinstance(exc, LinkExpired):
            return self.show("link_expired", language, 410)
        return self.show("link_invalid", language, 404)


def shown(title: str, body: str, status: int = 200, *, language: str = "en") -> Response:
    """Make a whole page of a title and the HTML of its body, in a language (ISO 639-1)."""
    environment = _environment("", known_language(language))
    text = environment.get_template("plain.html").render(title=title, body=Markup(body))  # noqa: S704 - the caller's own HTML
    return _html(text, status)


def _html(text: str, status: int) -> Response:
    return Response(text, status, content_type="text/html; charset=utf-8")


@cache
def _environment(package: str, language: str) -> Environment:
    """Make the templates of a package in a language; it is kept, for making it costs."""
    loaders = [PackageLoader("shared", "templates")]
    words = dict(read_words("shared", "templates/words.toml")[language])
    if package:
        loaders.insert(0, PackageLoader(package, "templates/pages"))
        words |= read_words(package, "templates/pages/words.toml")[language]
    environment = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals |= {"t": words, "language": language, "languages": LANGUAGES}
    environment.globals["studio"] = settings().studio_name
    filters: dict[str, Callable[..., str]] = {
        "moment": spoken_moment,
        "day": spoken_day,
        "hour": spoken_hour,
        "zone": spoken_zone,
        "money": spoken_money,
    }
    for name, spoken in filters.items():
        environment.filters[name] = partial(spoken, language=language)
    return environment
