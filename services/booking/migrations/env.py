"""Alembic's way in to the migrations of booking's own tables."""

from services.booking.models import Base
from shared.migrate import run_migrations

run_migrations(Base.metadata)
