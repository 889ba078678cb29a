"""Runs SQLAlchemy Core statements on the psycopg connection of the open transaction.

SQLAlchemy composes and compiles statements, psycopg executes them: there is no engine, no pool and
no second connection. A statement is compiled once per process, at its first use, so statements are
constants of their module, and their values are bound parameters.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from psycopg.rows import dict_row
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Delete,
    Dialect,
    Insert,
    Select,
    Update,
    bindparam,
    cast,
    literal_column,
    or_,
)
from sqlalchemy.dialects import postgresql

from mara.kernel.page import PageRequest
from mara.platform.database import connection
from mara.platform.schema import Converted

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Row = dict[str, Any]
"""The columns of a row by name."""

Statement = Select[Any] | Insert | Update | Delete

RecordT = TypeVar("RecordT")

STATEMENTS_MAX = 512
"""Compiled statements that are kept; more than a function has."""

_DIALECT: Dialect = postgresql.psycopg.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """``constants`` are the values that the statement itself binds."""

    text: str
    constants: Mapping[str, Any]
    dump: Mapping[str, Callable[[Any], Any]]
    load: Mapping[str, Callable[[Any], Any]]


def execute(statement: Statement, /, **parameters: Any) -> int:
    """Execute ``statement``; return the number of rows that it affected."""
    compiled = _compile(statement)
    return connection().execute(compiled.text, _bind(compiled, parameters)).rowcount


def fetch_all(statement: Statement, /, **parameters: Any) -> list[Row]:
    """Return the rows of ``statement``, or those that it returns by ``RETURNING``."""
    compiled = _compile(statement)
    cursor = connection().cursor(row_factory=dict_row)
    rows = cursor.execute(compiled.text, _bind(compiled, parameters)).fetchall()
    for row in rows:
        for name, load in compiled.load.items():
            if row[name] is not None:
                row[name] = load(row[name])
    return rows


def fetch_one(statement: Statement, /, **parameters: Any) -> Row | None:
    """Return the first row of ``statement``, None if there is none."""
    return next(iter(fetch_all(statement, **parameters)), None)


def fetch_value(statement: Statement, /, **parameters: Any) -> Any:
    """Return the only column of the first row, None if there is no row."""
    row = fetch_one(statement, **parameters)
    return next(iter(row.values())) if row else None


def bound(columns: Iterable[ColumnElement[Any]]) -> dict[str, BindParameter[Any]]:
    """Return a parameter for each of ``columns``: the values of an INSERT or UPDATE."""
    return {str(column.key): bindparam(column.key) for column in columns}


def constant(value: str) -> ColumnElement[str]:
    """Return ``value`` as a literal: the planner matches partial indexes against literals only."""
    if not value.replace("_", "").isalnum():
        raise ValueError("a constant is a word")
    return literal_column(f"'{value}'")


def equals_if_given(column: ColumnElement[Any], parameter: str) -> ColumnElement[bool]:
    """Return the condition that ``column`` equals ``parameter``, true if the parameter is NULL."""
    given = bindparam(parameter, type_=column.type)
    return or_(cast(given, column.type).is_(None), column == given)


def paged(statement: Select[Any], key: ColumnElement[Any]) -> Select[Any]:
    """Return one page of ``statement``, from new to old; ``page_parameters`` are its parameters."""
    after = bindparam("after", type_=key.type)
    limited = statement.order_by(key.desc()).limit(bindparam("limit"))
    return limited.where(or_(after.is_(None), key < after))


def page_parameters(page: PageRequest) -> Row:
    """Return the parameters of ``paged``; one row more than the page tells if there is another."""
    return {"after": page.after, "limit": page.limit + 1}


def values_of(record: "DataclassInstance") -> Row:
    """Return the fields of a dataclass by name, nested ones as they are."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def take(record: type[RecordT], row: Row, **given: Any) -> RecordT:
    """Return a ``record`` of the columns that its fields name, which are removed from ``row``.

    Fields that are ``given`` are not looked for in the row.
    """
    names = [field.name for field in fields(record)]  # type: ignore[arg-type]
    return record(**given, **{name: row.pop(name) for name in names if name not in given})


def _bind(compiled: _Compiled, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    values = {**compiled.constants, **parameters}
    for name, dump in compiled.dump.items():
        if values[name] is not None:
            values[name] = dump(values[name])
    return values


@lru_cache(maxsize=STATEMENTS_MAX)
def _compile(statement: Statement) -> _Compiled:
    compiled: Any = statement.compile(dialect=_DIALECT)
    names: Mapping[BindParameter[Any], str] = compiled.bind_names
    returned = getattr(statement, "exported_columns", {})
    return _Compiled(
        text=str(compiled),
        constants={name: bind.value for bind, name in names.items() if not bind.required},
        dump={
            name: bind.type.dump
            for bind, name in names.items()
            if isinstance(bind.type, Converted) and bind.type.dump
        },
        load={
            name: column.type.load
            for name, column in dict(returned).items()
            if isinstance(column.type, Converted) and column.type.load
        },
    )
