"""What all of events' tables have in common."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase

from shared.columns import UtcDateTime


class Base(DeclarativeBase):
    """The tables of events' database."""

    type_annotation_map = {datetime: UtcDateTime, str: String(200)}  # noqa: RUF012 - SQLAlchemy's
