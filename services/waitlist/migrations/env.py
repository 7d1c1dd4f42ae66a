"""Alembic's way in to the migrations of waitlist's own tables."""

from services.waitlist.models import Base
from shared.migrate import run_migrations

run_migrations(Base.metadata)
