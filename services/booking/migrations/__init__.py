"""The migrations of booking's own tables."""
