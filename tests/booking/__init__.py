"""booking's tests, room by room."""
