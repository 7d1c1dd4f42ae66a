"""Alembic's way in to the migrations of loyalty's own tables."""

from services.loyalty.models import Base
from shared.migrate import run_migrations

run_migrations(Base.metadata)
