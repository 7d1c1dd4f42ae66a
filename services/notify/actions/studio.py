"""What the studio chooses: routes, hours and paces."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.notify import store
from services.notify.domain import MANNERS, Channel, Lane, MessageKind
from shared.db import Tx

# -- routes ----------------------------------------------------------------------------------------


def list_kinds(sql: Any) -> list[Any]:
    """List every kind of message and how it travels."""
    chosen = store.routes(sql)
    return [_kind(kind, chosen) for kind in MessageKind]


def _kind(kind: MessageKind, chosen: Mapping[str, Any]) -> Any:
    manner, own = MANNERS[kind], chosen.get(kind.value)
    return {
        "kind": kind.value,
        "topic": manner.topic.value,
        "waits_for_morning": manner.waits,
        "first": own.first if own else manner.first.value,
        "falls_back": own.falls_back if own else manner.falls_back,
    }


def set_route(tx: Tx, kind: MessageKind, first: Channel, *, falls_back: bool) -> Any:
    """Choose by which channel a kind goes first, and whether the other one is tried then."""
    store.keep_route(tx.sql, kind, first, falls_back=falls_back)
    return _kind(kind, store.routes(tx.sql))


# -- settings --------------------------------------------------------------------------------------


def change_settings(tx: Tx, changes: Mapping[str, Any], *, at: datetime) -> store.StudioSettings:
    """Change when messages are sent and how many; what is left out stays."""
    chosen = replace(store.get_settings(tx.sql), **changes)
    store.keep_settings(tx.sql, chosen)
    for channel in Channel:
        if chosen.per_minute(channel) is None:
            store.drop_paces(tx.sql, channel)
        elif not store.paces(tx.sql, channel):
            for lane in Lane:
                store.set_pace(tx.sql, channel, lane, 0, at=at)
    return chosen
