"""Credits by hand in PostgreSQL."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, bindparam, cast, func, insert, select

from mara.billing.adapters.credit_tables import credits_by_hand
from mara.billing.errors import CreditNotFound
from mara.billing.model.credit import Credit
from mara.platform.database import connection
from mara.platform.schema import TIMESTAMP
from mara.platform.sql import bound, execute, fetch_one, fetch_value, take, values_of

COLUMNS = credits_by_hand.c
# One lock for all: the limit of a day is one for all who give credits.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('credits', 0))"
TOTAL = cast(func.coalesce(func.sum(COLUMNS.amount), 0), BigInteger)
SUM_SINCE = select(TOTAL).where(
    COLUMNS.reverses.is_(None), COLUMNS.created_at >= bindparam("moment", type_=TIMESTAMP)
)
GET = select(credits_by_hand).where(
    COLUMNS.owner_id == bindparam("owner_id"),
    COLUMNS.id == bindparam("id"),
    COLUMNS.reverses.is_(None),
)
REVERSED = select(TOTAL).where(COLUMNS.reverses == bindparam("id"))
ADD = insert(credits_by_hand).values(bound(COLUMNS))


class PostgresCredits:
    """Implements ``Credits``."""

    def lock_sum_since(self, moment: datetime) -> int:
        """The sum of the credits given since ``moment``; no other is added until the commit."""
        connection().execute(LOCK)
        return int(fetch_value(SUM_SINCE, moment=moment))

    def get(self, owner_id: UUID, credit_id: UUID) -> Credit:
        """The credit, which is no reversal. Raises CreditNotFound."""
        row = fetch_one(GET, owner_id=owner_id, id=credit_id)
        if row is None:
            raise CreditNotFound("The user has no such credit.")
        return take(Credit, row)

    def reversed_of(self, credit_id: UUID) -> int:
        """How much of the credit was taken back."""
        return int(fetch_value(REVERSED, id=credit_id))

    def add(self, credit: Credit) -> None:
        """Insert a credit or a reversal."""
        execute(ADD, **values_of(credit))
