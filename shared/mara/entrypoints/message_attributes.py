"""The ids that a message of SQS carries as attributes."""

from typing import Any

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from mara.kernel import correlation
from mara.platform import sqs


def redrive_of(record: SQSRecord) -> str | None:
    """Return the id of the message that was redriven as this one."""
    return _attribute(record, sqs.REDRIVE_OF)


def correlation_id_of(record: SQSRecord) -> str:
    """Return the id that the sender followed; else that of the message, which each try has."""
    return correlation.chosen(_attribute(record, correlation.KEY), record.message_id)


def _attribute(record: SQSRecord, name: str) -> str | None:
    attributes: dict[str, Any] = record.raw_event.get("messageAttributes") or {}
    value: str | None = attributes.get(name, {}).get("stringValue")
    return value
