"""Failures of updates in the log: ids, the reason, and the line that failed."""

import traceback

from mara.platform.telemetry import logger
from mara.telegram.model.update import FailedUpdate


def record_failure(failed: FailedUpdate, error: Exception) -> None:
    """Log the failure without the words of the error, which may repeat those of a chat."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].name}:{frames[-1].lineno}" if frames else None
    logger.warning(
        "update_failed",
        config_id=str(failed.update.config_id),
        update_id=failed.update.update_id,
        state=failed.state,
        attempts=failed.attempts,
        reason=failed.reason,
        where=where,
    )
