"""Alembic's way in to the migrations of events's own tables."""

from services.events.models import Base
from shared.migrate import run_migrations

run_migrations(Base.metadata)
