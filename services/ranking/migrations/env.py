"""Alembic's way in to the migrations of ranking's own tables."""

from services.ranking.models import Base
from shared.migrate import run_migrations

run_migrations(Base.metadata)
