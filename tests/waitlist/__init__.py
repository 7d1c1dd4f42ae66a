"""waitlist's tests, room by room."""
