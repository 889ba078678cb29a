"""The metadata that all tables share, and what SQLAlchemy lacks to declare them.

Each domain declares its tables in ``adapters/tables.py``, the platform its own in
``platform/tables.py``. They are the one place that names columns: Alembic compares them with the
database, and repositories build their statements from them (decision 0019).
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import CheckConstraint, DateTime, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.schema import conv
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

NAMING = {
    "pk": "%(table_name)s_pkey",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
}
"""The names that PostgreSQL gives to constraints that are declared without one."""

metadata = MetaData(naming_convention=NAMING)

TIMESTAMP = DateTime(timezone=True)
"""``timestamptz``: every moment is stored in UTC."""

RecordT = TypeVar("RecordT")


class HalfVector(UserDefinedType[Any]):
    """A vector of 16-bit floats without a declared length: ``halfvec`` of pgvector."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the name of the type in DDL."""
        return "halfvec"


class TransactionId(UserDefinedType[Any]):
    """The id of a transaction with its epoch, which never repeats: ``xid8`` of PostgreSQL."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the name of the type in DDL."""
        return "xid8"


class Converted(TypeDecorator[Any]):
    """A column whose values are converted: by ``load`` when read, by ``dump`` when written.

    NULL is never converted. ``mara.platform.sql`` applies both; psycopg does all other conversions.
    """

    impl = Text
    cache_ok = True

    def __init__(
        self,
        stored_as: TypeEngine[Any],
        *,
        load: Callable[[Any], Any] | None = None,
        dump: Callable[[Any], Any] | None = None,
    ) -> None:
        self.impl = stored_as  # type: ignore[assignment]  # the class names the default
        self.load = load
        self.dump = dump


def enumerated(members: type[StrEnum]) -> Converted:
    """Return the type of a text column that holds a value of ``members``."""
    return Converted(Text(), load=members)


def dump_json(value: Any) -> str:
    """Return ``value`` as JSON text for a ``jsonb`` column; UUIDs and moments become strings."""
    return json.dumps(value, ensure_ascii=False, default=str)


def load_record(record: type[RecordT], stored: Mapping[str, Any], **converted: Any) -> RecordT:
    """Return a dataclass of the values of a JSON object, some of them ``converted`` from JSON.

    A value whose field was removed from the class since it was stored is ignored; a field that was
    added since then has its default value.
    """
    names = [field.name for field in fields(record)]  # type: ignore[arg-type]
    return record(**{name: stored[name] for name in names if name in stored} | converted)


JSON = Converted(JSONB(), dump=dump_json)
"""``jsonb``: dumped by ``dump_json``, loaded as the driver does."""


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """Return the constraint that ``column`` holds one of ``values``."""
    allowed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({allowed})", name=column)


def check(condition: str, *, name: str) -> CheckConstraint:
    """Return a check constraint that is called ``name``, without the naming convention."""
    return CheckConstraint(condition, name=conv(name))
