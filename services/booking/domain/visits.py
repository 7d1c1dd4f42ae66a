"""Whether somebody came."""

from enum import StrEnum


class Attendance(StrEnum):
    """Whether a person came. Source: Q40, Q41."""

    ATTENDED = "attended"
    NO_SHOW = "no_show"


class VisitChange(StrEnum):
    """What marking a person's attendance means for the count of their visits."""

    RECORDED = "recorded"
    RETRACTED = "retracted"


def visit_change(before: Attendance | None, after: Attendance | None) -> VisitChange | None:
    """Say whether a visit is to be counted, no longer to be counted, or neither.

    Args:
        before: how the booking was marked; None: not at all.
        after: how it is marked now; None: not at all, because it was cancelled.
    """
    if before is after:
        return None
    if after is Attendance.ATTENDED:
        return VisitChange.RECORDED
    return VisitChange.RETRACTED if before is Attendance.ATTENDED else None
