"""What the rooms of the tables have in common."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, String
from sqlalchemy.orm import DeclarativeBase

from shared.columns import UtcDateTime

BIG = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The tables of loyalty's database."""

    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's
        datetime: UtcDateTime,
        str: String(200),
        dict[str, Any]: JSON,
    }
