"""Assembles the forgetting of alerts from its production adapters."""

from datetime import datetime


def forget_expired(at: datetime) -> dict[str, int]:
    """Delete what is kept no longer of alerts; return how many rows of each table."""
    from datetime import timedelta

    from mara.alerts.adapters.postgres_retention import PostgresAlertRetention
    from mara.alerts.service.retention import AlertForgetting
    from mara.platform.database import transaction
    from mara.platform.settings.alerts import alert_settings

    kept_for = timedelta(days=alert_settings().alert_retention_days)
    return AlertForgetting(PostgresAlertRetention(), transaction, kept_for).forget(at)
