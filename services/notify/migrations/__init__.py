"""The migrations of notify's own tables."""
