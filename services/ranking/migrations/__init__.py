"""The migrations of ranking's own tables."""
