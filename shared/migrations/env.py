"""Alembic's way in to the migrations of the bus's tables."""

from shared.columns import bus_metadata
from shared.migrate import run_migrations

run_migrations(bus_metadata)
