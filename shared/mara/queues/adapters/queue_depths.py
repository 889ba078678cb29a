"""Attributes of queues, asked for at once."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Final

from mara.platform import sqs
from mara.queues.model.queue_status import Depth

LIMIT_S = 3.0
WORKERS = 8
WAITING: Final = "ApproximateNumberOfMessages"
IN_FLIGHT: Final = "ApproximateNumberOfMessagesNotVisible"


class SqsDepths:
    """Implements Depths."""

    def read(self, queues: Sequence[str]) -> Mapping[str, Depth]:
        """Return the depth of each queue that answered in time."""
        sqs.client()  # made once, before threads use it
        pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="depth")
        asked = {name: pool.submit(_depth, name) for name in queues}
        wait(asked.values(), timeout=LIMIT_S)
        pool.shutdown(wait=False, cancel_futures=True)
        return {
            name: future.result()
            for name, future in asked.items()
            if future.done() and not future.cancelled() and future.exception() is None
        }


def _depth(queue: str) -> Depth:
    answer = sqs.client().get_queue_attributes(
        QueueUrl=sqs.queue_url(queue), AttributeNames=[WAITING, IN_FLIGHT]
    )["Attributes"]
    return Depth(int(answer[WAITING]), int(answer[IN_FLIGHT]))
