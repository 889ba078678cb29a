"""The table ``object_counts``: how many objects of a kind are in each state.

Triggers add a row for each statement that changes the figures, so that no two transactions wait
for each other; a schedule sums the rows up.
"""

from mara.platform.database import connection

# Rows that a transaction adds meanwhile are not seen, and stay.
SUM_UP = """
    WITH gone AS (DELETE FROM object_counts RETURNING kind, state, amount)
    INSERT INTO object_counts (kind, state, amount)
    SELECT kind, state, sum(amount) FROM gone GROUP BY kind, state HAVING sum(amount) <> 0
"""


def sum_up() -> int:
    """Replace the rows by their sums; return how many there are. Needs an open transaction."""
    return connection().execute(SUM_UP).rowcount
