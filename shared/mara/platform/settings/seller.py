"""Who sells: the name and address that are copied to invoices when they are issued."""

from pydantic import Field

from mara.platform.settings.base import Settings


class SellerSettings(Settings):
    """The seller of all invoices. An invoice that was issued keeps what it has."""

    seller_name: str = Field(default="MARA", max_length=200)
    """Name of the company that sells."""
    seller_address: str = Field(default="", max_length=500)
    """Its postal address and registration, with commas between the lines."""
    seller_email: str = Field(default="", pattern=r"^([^@\s]+@[^@\s]+)?$")
    """Where questions about invoices are answered."""
