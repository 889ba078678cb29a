"""The last check of the texts that are stored, and the counts of statements."""

import time
from typing import Any, Self, TypeVar

import psycopg
from psycopg import errors

from mara.kernel.text import UnusableText
from mara.metrics.model.families import DATABASE_ERRORS, STATEMENT_DURATION
from mara.metrics.service import recorder

RowT = TypeVar("RowT")


class CheckedCursor(psycopg.Cursor[RowT]):
    """A cursor that refuses a value with a character that PostgreSQL cannot store.

    Text is checked where it comes in. This is the last check: what was missed there is refused as
    the input that it is, and does not look like a failure of the application.
    """

    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        """Execute a statement. Raises UnusableText."""
        started = time.perf_counter()
        try:
            return super().execute(query, params, **options)
        except (UnicodeEncodeError, errors.UntranslatableCharacter) as error:
            raise UnusableText("A text has a lone surrogate or the character U+0000.") from error
        except psycopg.DataError as error:
            # psycopg itself refuses U+0000, without an SQLSTATE.
            if error.sqlstate is None and "NUL" in str(error):
                raise UnusableText("A text has the character U+0000.") from error
            _count(error)
            raise
        except psycopg.Error as error:
            _count(error)
            raise
        finally:
            recorder().observe(STATEMENT_DURATION, time.perf_counter() - started)


def _count(error: psycopg.Error) -> None:
    recorder().count(DATABASE_ERRORS, kind_of(error))


_KINDS = {"08": "connection", "23": "constraint", "40": "conflict", "53": "resources"}


def kind_of(error: psycopg.Error) -> str:
    """Return a word for the class of the error's SQLSTATE; without one, the connection is lost."""
    if isinstance(error, errors.QueryCanceled):
        return "timeout"
    if error.sqlstate is None:
        return "connection"
    return _KINDS.get(error.sqlstate[:2], "other")
