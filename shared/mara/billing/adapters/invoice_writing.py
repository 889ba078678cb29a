"""The writing of invoices in PostgreSQL: buyer and seller are copied when a number is given."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from pydantic_core import to_json

from mara.billing.adapters.account_statements import SAVE_INVOICES
from mara.billing.model.invoice import Party
from mara.platform.database import connection

NO_SELLER: Final = Party("")
"""The seller where no setting names one."""


def save_invoices(rows: Sequence[Mapping[str, Any]], seller: Party) -> None:
    """Insert or update invoices by one statement; ``rows`` are those of ``invoice_row``."""
    if rows:
        values = {"rows": to_json(rows).decode(), "seller": to_json(asdict(seller)).decode()}
        connection().execute(SAVE_INVOICES, values)
