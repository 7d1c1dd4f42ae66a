"""How commands speak to whoever typed them."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from rich.console import Console
from sqlalchemy.exc import DBAPIError

from shared import doctor as diagnosis
from shared.bus import serve

out = Console(highlight=False)


def plainly(command: Callable[..., Any]) -> Callable[..., Any]:
    """Have a command end with a sentence where a server cannot be reached."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except DBAPIError as exc:
            # What the server said, without the library's address of an explanation.
            said = str(exc.orig).strip()
            hint = ": run `atelier migrate --create-databases` first"
            raise click.ClickException(said + hint * ("does not exist" in said)) from exc
        except (OSError, serve.NotStarted, *diagnosis.UNREACHABLE) as exc:
            raise click.ClickException(str(exc).strip()) from exc

    return run
