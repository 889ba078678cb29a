"""Numbers of invoices and credit notes: a counter per series and year, without gaps."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import groupby

from mara.platform.database import connection

RESERVE = """
    INSERT INTO document_numbers AS n VALUES (%s, %s, %s)
    ON CONFLICT (series, year) DO UPDATE SET last = n.last + excluded.last RETURNING last
"""


def number_all(
    series: str, moments: Iterable[datetime], number: Callable[[int, int], str]
) -> Iterator[str]:
    """The next number for each moment of issue, in the order of the moments' years.

    The counter's row stays locked until the commit, so this is the last lock of a transaction.
    """
    for year, of_year in groupby(moments, key=lambda moment: moment.year):
        count = sum(1 for _ in of_year)
        row = connection().execute(RESERVE, (series, year, count)).fetchone()
        if row is None:
            raise AssertionError("the upsert returns its row")
        yield from (number(year, n) for n in range(row[0] - count + 1, row[0] + 1))
