"""notify's tests, room by room."""
