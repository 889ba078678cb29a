"""Requests to Telegram in the log: ids and how they ended; no text of a chat."""

from mara.platform.telemetry import logger
from mara.telegram.model.outgoing import OutgoingMessage
from mara.telegram.model.sending import SendOutcome


def record_send(message: OutgoingMessage, outcome: SendOutcome) -> None:
    """Log what came of a request."""
    logger.info(
        "telegram_request",
        config_id=str(message.config_id),
        outgoing_message_id=str(message.id),
        attempts=message.attempts,
        outcome=outcome.kind,
    )
