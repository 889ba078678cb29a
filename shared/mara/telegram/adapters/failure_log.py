"""Failures of updates in the log: ids, the reason, and the line that failed; no text of a chat."""

import traceback

from mara.platform.telemetry import logger
from mara.telegram.model.bot_config import BotConfig
from mara.telegram.model.incoming import Press
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


def record_unanswered(press: Press, error: Exception) -> None:
    """Log that a presser was not shown what came of the press."""
    logger.warning("press_unanswered", press_id=press.press_id, error=type(error).__name__)


def record_unshown(config: BotConfig, error: Exception) -> None:
    """Log that a chat was not shown that its bot is busy."""
    logger.warning("typing_not_shown", config_id=str(config.id), error=type(error).__name__)
