"""What erasing a person leaves behind."""

ANSWERING = ("events", "loyalty", "notify", "ranking", "waitlist")
"""The services that say what they have removed of a person."""
