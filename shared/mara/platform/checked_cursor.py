"""The last check of the texts that are stored."""

from typing import Any, Self, TypeVar

import psycopg
from psycopg import errors

from mara.kernel.text import UnusableText

RowT = TypeVar("RowT")


class CheckedCursor(psycopg.Cursor[RowT]):
    """A cursor that refuses a value with a character that PostgreSQL cannot store.

    Text is checked where it comes in. This is the last check: what was missed there is refused as
    the input that it is, and does not look like a failure of the application.
    """

    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        """Execute a statement. Raises UnusableText."""
        try:
            return super().execute(query, params, **options)
        except (UnicodeEncodeError, errors.UntranslatableCharacter) as error:
            raise UnusableText("A text has a lone surrogate or the character U+0000.") from error
        except psycopg.DataError as error:
            # psycopg itself refuses U+0000, without an SQLSTATE.
            if error.sqlstate is None and "NUL" in str(error):
                raise UnusableText("A text has the character U+0000.") from error
            raise
