"""Checks what goes to Stripe and what comes from it against the types of Stripe's own library.

The library is generated from the specification of one version of the API, so its types are the
contract of exactly that version: `stripe.params` of what is sent, the resource classes of what is
answered.
"""

import builtins
import sys
import typing
from collections.abc import Iterator, Mapping
from typing import Any, ForwardRef, Literal, NotRequired, Required, Union, get_args, get_origin

import stripe
from stripe._request_options import RequestOptions
from typing_extensions import is_typeddict

_ABOUT_THE_CALL = frozenset(RequestOptions.__annotations__)


def faults_of_params(params: Any, contract: Any) -> list[str]:
    """List how form parameters, all of them text, differ from a TypedDict of `stripe.params`."""
    return list(_faults(params, contract, contract.__module__, "", form=True))


def faults_of_answer(answer: Any, contract: Any) -> list[str]:
    """List how an answer, as JSON, differs from one of the library's resource classes."""
    return list(_faults(answer, contract, contract.__module__, "", form=False))


def _faults(value: Any, hint: Any, module: str, where: str, *, form: bool) -> Iterator[str]:
    hint = _resolved(hint, module)
    origin, args = get_origin(hint), get_args(hint)
    if hint is Any or hint is object:
        return
    if origin in {NotRequired, Required, typing.ClassVar}:
        yield from _faults(value, args[0], module, where, form=form)
    elif origin is Union or type(hint).__name__ == "UnionType":
        yield from _of_union(value, args, module, where, form=form)
    elif origin is list or origin is dict or _is_thing(origin):
        yield from _of_several(value, origin, args[-1] if args else Any, module, where, form=form)
    elif is_typeddict(hint) or _is_thing(hint):
        yield from _of_fields(value, hint, where, form=is_typeddict(hint))
    elif origin is Literal:
        if value not in args and not (form and value == ""):
            yield f"{where}: {value!r} is none of {args}"
    elif not _is(value, hint, form=form):
        yield f"{where}: {value!r} is no {hint}"


def _is_thing(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, stripe.StripeObject)


class _Names(dict[str, Any]):
    """The names of a module of the library, and those it only names to type checkers."""

    def __missing__(self, name: str) -> Any:
        """Find a name where the library shows it, else take anything."""
        for place in (builtins, typing, stripe):
            if hasattr(place, name):
                return getattr(place, name)
        return Any


def _resolved(hint: Any, module: str) -> Any:
    if isinstance(hint, ForwardRef):
        hint = hint.__forward_arg__
    if isinstance(hint, str):
        names = _Names(vars(sys.modules[module]))
        return _resolved(eval(hint, {}, names), module)  # noqa: S307 - the library's own source
    return hint


def _of_union(
    value: Any, args: tuple[Any, ...], module: str, where: str, *, form: bool
) -> Iterator[str]:
    choices = [_resolved(arg, module) for arg in args]
    words = (get_args(choice) for choice in choices if get_origin(choice) is Literal)
    if any(any(known) for known in words):
        # A plain text beside the known words is for words of versions to come.
        choices = [choice for choice in choices if choice is not str]
    if value is None and type(None) in choices:
        return
    tried = [list(_faults(value, choice, module, where, form=form)) for choice in choices]
    if all(tried):
        yield min(tried, key=len)[0]


def _of_several(
    value: Any, origin: Any, part: Any, module: str, where: str, *, form: bool
) -> Iterator[str]:
    wanted: Any = list if origin is list else Mapping
    if not isinstance(value, wanted):
        yield f"{where}: {value!r} is no {wanted.__name__}"
        return
    parts: Any = enumerate(value) if isinstance(value, list) else dict(value).items()
    for name, one in parts:
        yield from _faults(one, part, module, f"{where}.{name}", form=form)


def _of_fields(value: Any, hint: Any, where: str, *, form: bool) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{where}: {value!r} is no {hint.__name__}"
        return
    known = {
        name: part
        for name, part in hint.__annotations__.items()
        if not (form and name in _ABOUT_THE_CALL)
    }
    for name in value:
        if name not in known:
            yield f"{where}.{name}: {hint.__name__} has no such field"
    for name, part in known.items():
        if name in value:
            yield from _faults(value[name], part, hint.__module__, f"{where}.{name}", form=form)
        elif _needed(part, hint.__module__):
            yield f"{where}.{name}: {hint.__name__} lacks it"


def _needed(part: Any, module: str) -> bool:
    hint = _resolved(part, module)
    if get_origin(hint) in {NotRequired, typing.ClassVar}:
        return False
    return type(None) not in get_args(hint)


def _is(value: Any, hint: Any, *, form: bool) -> bool:
    if form and hint is bool:
        return value in {"true", "false"}
    if form and hint is int:
        return isinstance(value, str) and value.lstrip("-").isdecimal()
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(hint, type) and isinstance(value, hint)
