"""Calls about session types and packages, and the texts that they name."""

from typing import Any
from uuid import UUID

from services.booking import actions, schemas, store
from services.booking.domain import Arrangement
from shared.bus import on, rpc
from shared.clock import Now
from shared.contracts.errors import SessionTypeNotFound
from shared.contracts.notify import TemplateNamed, TemplateRemoved
from shared.db import Transactions
from shared.shapes import shaped


class Types:
    """Calls about session types and packages."""

    db: Transactions
    now: Now

    @rpc(schemas.CreateSessionType())
    def create_session_type(self, **details: Any) -> Any:
        """Make a template for sessions."""
        with self.db.begin() as tx:
            row = actions.create_session_type(tx, **details, at=self.now())
        return shaped(schemas.SessionType, row)

    @rpc(schemas.ChangeSessionType())
    def change_session_type(self, session_type_id: UUID, **changes: Any) -> Any:
        """Change a template; what is left out stays."""
        with self.db.begin() as tx:
            row = actions.change_session_type(tx, session_type_id, changes)
        return shaped(schemas.SessionType, row)

    @rpc(schemas.OneSessionType())
    def get_session_type(self, session_type_id: UUID) -> Any:
        """Give a session type."""
        with self.db.read() as sql:
            row = store.find_session_type(sql, session_type_id)
        if row is None:
            raise SessionTypeNotFound(str(session_type_id))
        return shaped(schemas.SessionType, row)

    @rpc(schemas.ListSessionTypes())
    def list_session_types(self, arrangement: Arrangement | None) -> Any:
        """List the session types, or those for single or for multi sessions, by name."""
        with self.db.read() as sql:
            rows = store.list_session_types(sql, arrangement)
        return shaped(schemas.SessionType, rows, many=True)

    @rpc()
    def list_reminder_templates(self) -> Any:
        """List the names of the texts that payment reminders can have, beside the usual one."""
        with self.db.read() as sql:
            return store.reminder_templates(sql)

    @on(TemplateNamed)
    @on(TemplateRemoved)
    def keep_reminder_template(self, fact: TemplateNamed | TemplateRemoved) -> None:
        """Keep which texts of payment reminders there are."""
        with self.db.once(fact) as tx:
            actions.keep_reminder_template(tx, fact)

    @rpc(schemas.AddPackage())
    def add_package(self, **details: Any) -> Any:
        """Offer one thing more of a session type."""
        with self.db.begin() as tx:
            row = actions.add_package(tx, **details, at=self.now())
        return shaped(schemas.Package, row)

    @rpc(schemas.ChangePackage())
    def change_package(self, package_id: UUID, **changes: Any) -> Any:
        """Change a package; what is left out stays."""
        with self.db.begin() as tx:
            row = actions.change_package(tx, package_id, changes)
        return shaped(schemas.Package, row)

    @rpc(schemas.ListPackages())
    def list_packages(self, session_type_id: UUID, **which: bool) -> Any:
        """List the packages a session type offers, or all it ever did."""
        with self.db.read() as sql:
            rows = store.list_packages(sql, session_type_id, offered_only=not which["all"])
        return shaped(schemas.Package, rows, many=True)
