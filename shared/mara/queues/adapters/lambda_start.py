"""Starts the function of a schedule by an asynchronous invocation."""

import json
from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID

from mara.kernel.correlation import KEY, current
from mara.platform.settings.stage import stage
from mara.queues.errors import ScheduleNotStarted
from mara.queues.model.schedule import Schedule

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


@cache
def client() -> "LambdaClient":
    """The Lambda client, created once per execution environment."""
    import boto3
    from botocore.config import Config

    settings = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2})
    return boto3.client("lambda", config=settings)


def start(schedule: Schedule, run_id: UUID) -> None:
    """Implements StartSchedule. Raises ScheduleNotStarted."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        client().invoke(
            FunctionName=f"mara-{stage().stage}-{schedule.function}",
            InvocationType="Event",
            Payload=json.dumps({**schedule.payload, "run_id": str(run_id), KEY: current()}),
        )
    except (BotoCoreError, ClientError) as error:
        raise ScheduleNotStarted("Try again in a few seconds.") from error
