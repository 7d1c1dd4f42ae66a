"""booking's public pages."""

from services.booking.pages.cancel import CancelPages

__all__ = ["CancelPages"]
