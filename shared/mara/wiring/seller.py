"""Builds the seller of invoices from the settings."""

from functools import cache

from mara.billing.model.invoice import Party
from mara.platform.settings.seller import SellerSettings


@cache
def seller() -> Party:
    """The seller that is copied to invoices when they are issued."""
    settings = SellerSettings()
    return Party(settings.seller_name, settings.seller_email, settings.seller_address)
