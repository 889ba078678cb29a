"""Lines of an invoice on the wire, with their text."""

from typing import Self

from pydantic import Field

from mara.billing.model.document_words import line_text
from mara.billing.model.documents import InvoiceDocument
from mara.billing.model.invoice import InvoiceLine
from mara.billing.schemas.invoice_parts import LineOut
from mara.users.model import Locale


class InvoiceLineOut(LineOut):
    """A line with its text; the amounts of all lines add up to the total."""

    text: str = Field(
        description="What the line is for, in the language of the request.", examples=["Plan Team"]
    )

    @classmethod
    def of_document(cls, line: InvoiceLine, document: InvoiceDocument, locale: Locale) -> Self:
        """Convert from the domain model."""
        plain = LineOut.of(line).model_dump()
        return cls(**plain, text=line_text(document, line, locale))
