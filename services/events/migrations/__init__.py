"""The migrations of events' own tables."""
