"""The migrations of loyalty's own tables."""
