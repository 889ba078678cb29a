"""SQS handle-updates - handle the updates that wait in a lane of a bot.

The message is a doorbell: the rows of updates say what waits.
"""

from mara.entrypoints.queue import consumer
from mara.telegram.messages import LaneHasWork
from mara.telegram.model.update import Lane
from mara.wiring.telegram_updates import lane_service


@consumer(LaneHasWork)
def handler(message: LaneHasWork) -> None:
    lane_service().work(Lane(message.config_id, message.owner_id, message.lane))
