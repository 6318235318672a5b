"""Declarative base: naming of constraints, time columns, primary keys."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar

from sqlalchemy import BigInteger, DateTime, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

PrimaryKey = Annotated[int, mapped_column(BigInteger, primary_key=True)]
"""A growing 64-bit number."""

Json = dict[str, Any]


class Base(DeclarativeBase):
    """All tables. Every datetime is ``timestamptz``: aware in Python, UTC in the database."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        Json: JSONB,
        list[Json]: JSONB,
        int: BigInteger,
    }
