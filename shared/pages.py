"""Public pages: a service's templates and words, in the suite's languages, in one layout.

A service keeps its templates in `templates/pages/*.html`, each of which begins

    {% extends "layout.html" %}
    {% block title %}{{ t.cancel_title }}{% endblock %}
    {% block body %}<p>{{ t.seats_left.format(n=seats) }}</p>{% endblock %}

and every word they say in `templates/pages/words.toml`: a table for each language, `[en]`, `[it]`,
`[fr]`, `[de]`, with the same keys. What all services say (`t.link_expired`, `t.contact_studio`, …)
is in `shared/templates/words.toml`. Nothing is marked as safe: what people wrote is escaped.
Filters: `moment`, `day`, `hour` of an instant and a zone, `zone` of a zone, `date` of a date,
`money` of minor units and a currency. `root` is the service's public address.
"""

import tomllib
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib.resources import files
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from shared.config import settings
from shared.language import (
    LANGUAGE_NAMES,
    known_language,
    spoken_date,
    spoken_day,
    spoken_hour,
    spoken_moment,
    spoken_money,
    spoken_zone,
)
from shared.links import LinkExpired, LinkInvalid

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
        self.service = service

    def show(
        self,
        request: Request,
        template: str,
        *known: str | None,
        status: int = 200,
        **values: Any,
    ) -> Response:
        """Make a page in the first known language, else the visitor's, else the studio's.

        Args:
            request: the visitor's.
            template: its name without `.html`.
            known: languages somebody is known to read (ISO 639-1).
            status: of HTTP.
            values: what the template shows; instants are UTC and aware.
        """
        return self.write(template, language_of(request, *known), status, **values)

    def write(self, template: str, language: str, status: int = 200, **values: Any) -> Response:
        """Make a page in a language, whatever the visitor's is."""
        environment = _environment(f"services.{self.service}", known_language(language))
        values["root"] = settings().public_url(self.service)
        return _html(environment.get_template(f"{template}.html").render(**values), status)

    def sorry(self, request: Request, exc: LinkInvalid) -> Response:
        """Say that a link is not valid, or no longer."""
        if isinstance(exc, LinkExpired):
            return self.show(request, "link_expired", status=410)
        return self.show(request, "link_invalid", status=404)

    def see(self, request: Request, path: str, **parts: str) -> Response:
        """Send a browser on to another page of ours, so that loading it again submits nothing."""
        language = request.args.get("lang")
        query = f"?lang={language}" if language in LANGUAGE_NAMES else ""
        return redirect(settings().public_url(self.service) + path.format(**parts) + query, 303)


def _html(text: str, status: int) -> Response:
    return Response(text, status, content_type="text/html; charset=utf-8")


@cache
def _environment(package: str, language: str) -> Environment:
    """Make the templates of a package in a language; it is kept, for making it costs."""
    loaders = [PackageLoader(package, "templates/pages"), PackageLoader("shared", "templates")]
    words = dict(read_words("shared", "templates/words.toml")[language])
    words |= read_words(package, "templates/pages/words.toml")[language]
    environment = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals |= {"t": words, "language": language, "languages": LANGUAGE_NAMES}
    environment.globals["studio"] = settings().studio_name
    filters: dict[str, Callable[..., str]] = {
        "moment": spoken_moment,
        "day": spoken_day,
        "hour": spoken_hour,
        "zone": spoken_zone,
        "date": spoken_date,
        "money": spoken_money,
    }
    for name, spoken in filters.items():
        environment.filters[name] = partial(spoken, language=language)
    return environment
