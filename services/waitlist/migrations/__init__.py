"""The migrations of waitlist's own tables."""
