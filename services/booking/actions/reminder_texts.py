"""The texts of payment reminders, which notify keeps and a session's settings name."""

from typing import Any

from services.booking import store
from shared.contracts import Values
from shared.contracts.errors import InvalidRequest
from shared.contracts.notify import TemplateNamed, TemplateRemoved
from shared.db import Tx

_REMINDER = "payment_reminder"


def keep_reminder_template(tx: Tx, fact: TemplateNamed | TemplateRemoved) -> None:
    """Keep which texts of payment reminders there are.

    Settings that name one that was removed stay as they are: notify sends the usual text then.

    Source: B47.
    """
    if fact.kind == _REMINDER:
        values: Values = {
            "template_id": fact.template_id,
            "name": fact.name,
            "sequence": fact.sequence,
            "removed": isinstance(fact, TemplateRemoved),
        }
        store.keep_reminder_template(tx.sql, values)


def check_reminder_template(sql: Any, details: Values) -> None:
    """Refuse settings that name a text of payment reminders there is not.

    Source: B47.
    """
    name = details.get("reminder_template")
    if not name:
        return
    known = store.reminder_templates(sql)
    if name not in known:
        listed = ", ".join(f"“{one}”" for one in known) or "none yet"
        msg = f"reminder_template: There is no payment reminder “{name}”; known: {listed}."
        raise InvalidRequest(msg)
