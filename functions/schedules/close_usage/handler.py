"""EventBridge rate(1 minute) - expire reservations of use, and invoice usage periods that ended."""

from datetime import datetime

from mara.entrypoints.schedule import schedule
from mara.wiring.metering import reservation_expiry_service, usage_invoice_service


@schedule("close-usage")
def handler(now: datetime) -> dict[str, int]:
    """Reservations first: a usage period waits for its last one. Return figures for the log."""
    expired = reservation_expiry_service().expire(now)
    return {"expired": expired, "invoiced": usage_invoice_service().close_usage_periods(now)}
