"""The writing of invoices in PostgreSQL: buyer and seller are copied when a number is given."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_json

from mara.billing.adapters.account_statements import INSERT_INVOICES, SAVE_INVOICES
from mara.billing.model.invoice import Party
from mara.platform.database import connection

NO_SELLER: Final = Party("")
"""The seller where no setting names one."""


def save_invoices(
    rows: Sequence[Mapping[str, Any]], seller: Party, *, stored: Collection[UUID] = ()
) -> None:
    """Update the invoices that are ``stored`` by one statement, then insert the others by another.

    ``rows`` are those of ``invoice_row``. The update comes first: an invoice that replaces a void
    one has its cause. Most are new, and a plain insertion costs less than one that may meet a row.
    """
    by_statement = {
        SAVE_INVOICES: [row for row in rows if row["id"] in stored],
        INSERT_INVOICES: [row for row in rows if row["id"] not in stored],
    }
    for statement, some in by_statement.items():
        if some:
            values = {"rows": to_json(some).decode(), "seller": to_json(asdict(seller)).decode()}
            connection().execute(statement, values)
