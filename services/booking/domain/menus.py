"""What can be done about somebody on the bookings screen."""

from collections.abc import Mapping
from enum import StrEnum


class RowAction(StrEnum):
    """What the menu of a row offers. Source: Q39 to Q45, B29, B48."""

    MOVE_TO_ATTENDING = "move_to_attending"
    REMOVE_FROM_LIST = "remove_from_list"
    CONFIRM_PLACE = "confirm_place"
    REQUEST_CONFIRMATION = "request_confirmation"
    RELEASE_PLACE = "release_place"
    MARK_ATTENDED = "mark_attended"
    MARK_NO_SHOW = "mark_no_show"
    CANCEL_BOOKING = "cancel_booking"
    SEND_REMINDER = "send_reminder"
    SEND_EMAIL = "send_email"
    SEND_SMS = "send_sms"
    OPEN_PROFILE = "open_profile"


_BY_STATUS: Mapping[str, tuple[RowAction, ...]] = {
    "waitlisted": (RowAction.MOVE_TO_ATTENDING, RowAction.REMOVE_FROM_LIST),
    "reserved": (
        RowAction.CONFIRM_PLACE,
        RowAction.REQUEST_CONFIRMATION,
        RowAction.RELEASE_PLACE,
    ),
    "booked": (RowAction.MARK_ATTENDED, RowAction.MARK_NO_SHOW, RowAction.CANCEL_BOOKING),
    "attended": (RowAction.MARK_NO_SHOW, RowAction.CANCEL_BOOKING),
    "no_show": (RowAction.MARK_ATTENDED, RowAction.CANCEL_BOOKING),
    "cancelled": (),
}


def row_actions(
    status: str, *, email: str | None, phone: str | None, due: bool = False
) -> list[RowAction]:
    """List what can be done about somebody, in the order of the menu.

    Args:
        status: what the row shows: waitlisted, reserved, booked, attended, no_show or cancelled.
        email: their address; without one they are sent no email.
        phone: their number; without one they are sent no SMS.
        due: whether something is still to be paid for the booking; if not, nobody is reminded.

    Source: Q38, B48.
    """
    offered = [*_BY_STATUS[status], *[RowAction.SEND_REMINDER] * due]
    offered += [RowAction.SEND_EMAIL] * bool(email) + [RowAction.SEND_SMS] * bool(phone)
    return [*offered, RowAction.OPEN_PROFILE]
