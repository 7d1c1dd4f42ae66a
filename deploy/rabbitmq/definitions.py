#!/usr/bin/env python3
"""Print RabbitMQ definitions: the suite's virtual host and a user per service with few rights.

    deploy/rabbitmq/definitions.py booking waitlist notify loyalty ranking events > atelier.json

RabbitMQ takes the result at start (`load_definitions`), from `rabbitmqctl import_definitions` or
over its management API. Passwords come from the environment, as BOOKING_PASSWORD for booking, and
leave as salted hashes. Exchanges and queues are not in it: `atelier migrate` declares those.

Nothing but the standard library is used, so it runs wherever there is Python.
"""

import base64
import hashlib
import json
import os
import re
import secrets
import sys
from collections.abc import Mapping, Sequence
from typing import Any

NOTHING = "^$"
CALLER = r"^(nameko-rpc|rpc\.reply-[A-Za-z0-9_-]+)$"
"""What nameko's RPC clients declare: the exchange, and a queue of their own for the answers."""
QUEUES = r"evt-[a-z]+-[A-Za-z0-9.]+--[a-z]+\.[a-z_]+|rpc-[a-z]+|dead-[a-z]+"
EXCHANGES = r"nameko-rpc|atelier\.dead|[a-z]+\.events"
ANSWER = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
"""The routing key of an answer to a call; that of a call is `service.method`."""
_PASSWORD = re.compile(r"[A-Za-z0-9_-]{16,}")


class PasswordMissing(Exception):
    """The environment has no password for a user, or one that is too weak or breaks a URL."""


def rights(service: str) -> dict[str, str]:
    """Give what a service may do: say its own facts, answer calls, and take from its own queues.

    It declares nothing: looking whether a queue exists needs no right. Messages it cannot survive
    are moved to `atelier.dead` by the broker itself, so it needs no right there either.
    """
    return {
        "configure": NOTHING,
        "write": rf"^({service}\.events|nameko-rpc)$",
        "read": rf"^(evt-[a-z]+-[A-Za-z0-9.]+--{service}\.[a-z_]+|rpc-{service}|dead-{service})$",
    }


OTHERS = {
    # Runs `atelier migrate`. Binding a queue takes writing to it and reading its exchange.
    "owner": {
        "configure": rf"^({EXCHANGES}|{QUEUES})$",
        "write": rf"^(atelier\.dead|{QUEUES})$",
        "read": rf"^({EXCHANGES}|{QUEUES})$",
    },
    # Calls the services: `atelier rpc`, and whatever else of yours asks them.
    "caller": {"configure": CALLER, "write": CALLER, "read": CALLER},
}


def hashed(password: str) -> str:
    """Hash a password as RabbitMQ keeps it: SHA-256 with a salt of four bytes."""
    salt = secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def definitions(
    services: Sequence[str], passwords: Mapping[str, str], name: str = "atelier"
) -> dict[str, Any]:
    """Make the definitions.

    Args:
        services: the services that have users.
        passwords: by BOOKING_PASSWORD and so on; OWNER_PASSWORD and CALLER_PASSWORD, too.
        name: the virtual host; users are called by it and what they are, `atelier_booking`.

    Raises:
        PasswordMissing: a password is missing, short, or has characters that a URL must escape.
    """
    granted = {**OTHERS, **{service: rights(service) for service in services}}
    found = {user: passwords.get(f"{user.upper()}_PASSWORD", "") for user in granted}
    if weak := [user for user, password in found.items() if not _PASSWORD.fullmatch(password)]:
        names = ", ".join(f"{user.upper()}_PASSWORD" for user in weak)
        msg = f"{names}: 16 characters or more of A-Z a-z 0-9 _ - are needed"
        raise PasswordMissing(msg)
    users = [
        {
            "name": f"{name}_{user}",
            "password_hash": hashed(password),
            "hashing_algorithm": "rabbit_password_hashing_sha256",
            "tags": "",
        }
        for user, password in found.items()
    ]
    permissions = [
        {"user": f"{name}_{user}", "vhost": name, **grant} for user, grant in granted.items()
    ]
    # Calls and their answers share an exchange: a service may write answers there, not calls.
    topics = [
        {
            "user": f"{name}_{service}",
            "vhost": name,
            "exchange": "nameko-rpc",
            "write": ANSWER,
            "read": NOTHING,
        }
        for service in services
    ]
    return {
        "vhosts": [{"name": name}],
        "users": users,
        "permissions": permissions,
        "topic_permissions": topics,
    }


if __name__ == "__main__":
    try:
        made = definitions(sys.argv[1:], os.environ, os.environ.get("NAME", "atelier"))
    except PasswordMissing as exc:
        sys.exit(str(exc))
    sys.stdout.write(json.dumps(made, indent=2) + "\n")
