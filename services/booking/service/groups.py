"""Calls about multi sessions and schedules."""

from datetime import date
from typing import Any
from uuid import UUID

from services.booking import actions, schemas
from shared.bus import every, rpc
from shared.clock import Now
from shared.db import Transactions
from shared.shapes import shaped


class Groups:
    """Calls about multi sessions and schedules."""

    db: Transactions
    now: Now

    @rpc(schemas.ScheduleSpots())
    def schedule_spots(self, **details: Any) -> Any:
        """Make a multi session, with spots one after the other or all at the same time."""
        with self.db.begin() as tx:
            group = actions.schedule_spots(tx, **details, at=self.now())
        return shaped(schemas.Group, group)

    @rpc(schemas.AddSpots())
    def add_spots(self, group_id: UUID, **details: Any) -> Any:
        """Add spots to a multi session, at other dates or times."""
        with self.db.begin() as tx:
            group = actions.add_spots(tx, group_id, **details, at=self.now())
        return shaped(schemas.Group, group)

    @rpc(schemas.ChangeGroup())
    def change_group(self, group_id: UUID, **changes: Any) -> Any:
        """Change what all spots of a multi session have in common."""
        with self.db.begin() as tx:
            group = actions.change_group(tx, group_id, changes, at=self.now())
        return shaped(schemas.Group, group)

    @rpc(schemas.CancelGroup())
    def cancel_group(self, group_id: UUID, reason: str) -> Any:
        """Call off all spots of a multi session that have not begun."""
        with self.db.begin() as tx:
            group = actions.cancel_group(tx, group_id, reason, at=self.now())
        return shaped(schemas.Group, group)

    @rpc(schemas.OneGroup())
    def get_spots(self, group_id: UUID) -> Any:
        """Give a multi session with its link and the state of each spot."""
        with self.db.read() as sql:
            return shaped(schemas.Group, actions.get_spots(sql, group_id))

    @rpc(schemas.CreateSchedule())
    def create_schedule(self, **details: Any) -> Any:
        """Have a session recur by a rule of RFC 5545."""
        with self.db.begin() as tx:
            schedule = actions.create_schedule(tx, **details, at=self.now())
        return shaped(schemas.Schedule, schedule)

    @rpc(schemas.ChangeSchedule())
    def change_schedule(self, schedule_id: UUID, **changes: Any) -> Any:
        """Change what all sessions of a schedule have in common, from now on."""
        with self.db.begin() as tx:
            schedule = actions.change_schedule(tx, schedule_id, changes, at=self.now())
        return shaped(schemas.Schedule, schedule)

    @rpc(schemas.MoveSchedule())
    def move_schedule(self, schedule_id: UUID, **new: Any) -> Any:
        """Have a schedule be at another time, or on other days, from a day on."""
        with self.db.begin() as tx:
            schedule = actions.move_schedule(tx, schedule_id, **new, at=self.now())
        return shaped(schemas.Schedule, schedule)

    @rpc(schemas.EndSchedule())
    def end_schedule(self, schedule_id: UUID, last_on: date, **more: bool) -> Any:
        """Let a schedule end after a day."""
        with self.db.begin() as tx:
            schedule = actions.end_schedule(tx, schedule_id, last_on, **more, at=self.now())
        return shaped(schemas.Schedule, schedule)

    @rpc(schemas.SkipDate())
    def skip_date(self, schedule_id: UUID, on: date, **more: bool) -> Any:
        """Leave one day of a schedule out."""
        with self.db.begin() as tx:
            schedule = actions.skip_date(tx, schedule_id, on, **more, at=self.now())
        return shaped(schemas.Schedule, schedule)

    @rpc(schemas.OneSchedule())
    def get_schedule(self, schedule_id: UUID) -> Any:
        """Give a schedule, and what of it is on the timetable."""
        with self.db.read() as sql:
            schedule = actions.get_schedule(sql, schedule_id, at=self.now())
        return shaped(schemas.Schedule, schedule)

    @rpc(schemas.ListSchedules())
    def list_schedules(self, **part: Any) -> Any:
        """List the schedules, the newest first."""
        with self.db.read() as sql:
            return shaped(schemas.Schedule, actions.list_schedules(sql, **part), many=True)

    @every(seconds=600)
    def extend_schedules(self) -> None:
        """Put on the timetable what has come within reach."""
        with self.db.begin() as tx:
            actions.extend_schedules(tx, at=self.now())
