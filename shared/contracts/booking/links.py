"""Where booking's pages answer, and for what their links are good."""

CANCEL_LINK = "cancel-booking"
"""The purpose of a link that names a booking and lets its holder cancel it."""


CANCEL_PATH = "/cancel/{token}"
"""Where booking's pages answer such a link."""


CONFIRM_LINK = "confirm-reservation"
"""The purpose of a link that names a hold and lets its person confirm and pay for the place."""


CONFIRM_PATH = "/confirm/{token}"


PAY_LINK = "pay-booking"
"""The purpose of a link that names a booking and lets its person pay what is due."""


PAY_PATH = "/pay/{token}"


MANAGE_LINK = "manage-booking"
"""The purpose of a link that names a booking and shows it: receipt, calendar file, cancelling."""


MANAGE_PATH = "/manage/{token}"


SESSION_PATH = "/sessions/{session_id}"
"""Where everybody sees a session, and picks a place; no signature needed."""


DOWNLOAD_LINK = "fetch-download"
"""The purpose of a link that names a finished download."""


DOWNLOAD_PATH = "/downloads/{token}"
