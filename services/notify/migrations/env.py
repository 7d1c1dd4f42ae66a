"""Alembic's way in to the migrations of notify's own tables."""

from services.notify.models import Base
from shared.migrate import run_migrations

run_migrations(Base.metadata)
