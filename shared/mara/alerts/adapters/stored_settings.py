"""Columns of the settings that intakes and rules share, and their conversion."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, Interval, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from mara.alerts.model.alert_message import AlertTarget
from mara.alerts.model.alert_settings import AlertSettings
from mara.alerts.model.quiet_hours import QuietHours
from mara.alerts.model.severity import Severity
from mara.platform.schema import Converted, dump_json
from mara.platform.sql import Row


def settings_columns() -> tuple[Column[Any], ...]:
    """Return new columns for a table."""
    return (
        Column("cooldown", Interval, nullable=False, server_default=text("'00:30:00'")),
        Column("quiet_hours", quiet_hours_type()),
        *escalation_columns(),
    )


def escalation_columns() -> tuple[Column[Any], ...]:
    """Return new columns for a table. A bot that is disconnected leaves no escalation."""
    return (
        Column("escalation_config_id", Uuid, ForeignKey("bot_configs.id", ondelete="SET NULL")),
        Column("escalation_chat_id", BigInteger),
        Column("escalation_thread_id", Integer),
    )


def quiet_hours_type() -> Converted:
    """Return the type of a column that holds quiet hours."""
    return Converted(
        JSONB(), load=load_quiet_hours, dump=lambda hours: dump_json(stored_quiet_hours(hours))
    )


def take_settings(row: Row) -> AlertSettings:
    """Return the settings of a row, from which their columns are removed."""
    return AlertSettings(
        cooldown=row.pop("cooldown"),
        quiet_hours=row.pop("quiet_hours"),
        escalation=take_escalation(row),
    )


def take_escalation(row: Row) -> AlertTarget | None:
    """Return the chat for escalations, None without one; its columns are removed."""
    config_id = row.pop("escalation_config_id")
    chat_id, thread_id = row.pop("escalation_chat_id"), row.pop("escalation_thread_id")
    return AlertTarget(config_id, chat_id, thread_id) if config_id else None


def settings_values(settings: AlertSettings) -> Row:
    """Return the values of the columns."""
    return {
        "cooldown": settings.cooldown,
        "quiet_hours": settings.quiet_hours,
        **escalation_values(settings.escalation),
    }


def escalation_values(escalation: AlertTarget | None) -> Row:
    """Return the values of the columns of the chat for escalations."""
    return {
        "escalation_config_id": escalation.config_id if escalation else None,
        "escalation_chat_id": escalation.chat_id if escalation else None,
        "escalation_thread_id": escalation.thread_id if escalation else None,
    }


def stored_quiet_hours(hours: QuietHours) -> Mapping[str, Any]:
    """Return quiet hours as JSON."""
    return {
        "begins": hours.begins.isoformat(),
        "ends": hours.ends.isoformat(),
        "time_zone": hours.time_zone,
        "days": list(hours.days),
        "excepted": list(hours.excepted),
    }


def load_quiet_hours(stored: Mapping[str, Any]) -> QuietHours:
    """Return the quiet hours of a source."""
    return QuietHours(
        begins=time.fromisoformat(stored["begins"]),
        ends=time.fromisoformat(stored["ends"]),
        time_zone=stored["time_zone"],
        days=tuple(stored["days"]),
        excepted=tuple(map(Severity, stored["excepted"])),
    )
