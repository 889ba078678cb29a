"""`mara queues` and `mara dead-letters`: what an operator sees of queues, and decides."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from infra.local import aws
from infra.local.environment import point_to_the_local_cloud
from infra.local.settings import REGION, load_secrets
from mara.kernel.page import PageRequest
from mara.queues.errors import QueueNotFound
from mara.queues.model.dead_letter import LetterState
from mara.queues.model.selection import DecidedPart, Selection

SHOWN = 50
"""Letters that are listed, the newest first; the API has pages."""


def show_queues() -> str:
    """Return a line for each queue of the local stack."""
    _point_to_queues()
    from mara.wiring.queues import queue_list_service

    lines = ["queue               depth  in flight  oldest s  dead  last error"]
    for one in queue_list_service().list():
        depth = (one.depth.waiting, one.depth.in_flight) if one.depth else ("?", "?")
        oldest = "-" if one.oldest_s is None else one.oldest_s
        last = one.figures.last_error.error if one.figures.last_error else ""
        dead = one.figures.dead_letters
        lines.append(f"{one.name:18} {depth[0]:>6} {depth[1]:>10} {oldest:>9} {dead:>5}  {last}")
    return "\n".join(lines)


def show_letters(queue: str) -> str:
    """Return a line for each of the newest dead letters that wait. Raises RuntimeError."""
    point_to_the_local_cloud()
    from mara.wiring.queues import dead_letter_service

    with _known_queue(queue):
        page = dead_letter_service().list(
            queue, PageRequest(SHOWN, total=True), LetterState.WAITING
        )
    lines = [
        f"{one.id}  {one.last_failed_at:%Y-%m-%d %H:%M:%S}  {one.attempts} tries  {one.reason}"
        for one in page.items
    ]
    return "\n".join([*lines, f"{page.total} dead letters wait in {queue}"])


def redrive(queue: str, ids: Sequence[UUID] | None, *, dry_run: bool) -> str:
    """Send letters again, all that wait now unless ``ids`` are given. Raises RuntimeError."""
    point_to_the_local_cloud()
    from mara.wiring.queues import dead_letter_service

    service = dead_letter_service()
    return _to_the_end(
        queue, lambda selection: service.redrive(None, queue, selection, dry_run=dry_run), ids
    )


def discard(queue: str, ids: Sequence[UUID] | None, reason: str | None, dry_run: bool) -> str:  # noqa: FBT001 - as the command line has it
    """Give letters up for good, all that wait now unless ``ids`` are given.

    Raises RuntimeError without a reason, and for a queue that does not exist.
    """
    if not reason:
        raise RuntimeError("say why: --reason TEXT; it is recorded in the audit")
    point_to_the_local_cloud()
    from mara.wiring.queues import dead_letter_service

    service = dead_letter_service()
    return _to_the_end(
        queue,
        lambda selection: service.discard(None, queue, selection, reason, dry_run=dry_run),
        ids,
    )


def _to_the_end(
    queue: str, decide: Callable[[Selection], DecidedPart], ids: Sequence[UUID] | None
) -> str:
    with _known_queue(queue):
        parts = list(_parts(decide, Selection(ids)))
    unreadable = sum(part.unreadable for part in parts)
    count, left = sum(part.count for part in parts), parts[-1].remaining
    return f"{count} decided on, {left} left, {unreadable} unreadable"


@contextmanager
def _known_queue(queue: str) -> Iterator[None]:
    """Name the command that lists the queues where there is none of this name."""
    try:
        yield
    except QueueNotFound:
        raise RuntimeError(f"there is no queue {queue}: `mara queues` lists them") from None


def _parts(
    decide: Callable[[Selection], DecidedPart], selection: Selection
) -> Iterator[DecidedPart]:
    while True:
        decision = decide(selection)
        yield decision
        if decision.next_cursor is None:
            return
        selection = Selection.of_cursor(decision.next_cursor)


def _point_to_queues() -> None:
    point_to_the_local_cloud()
    os.environ.setdefault("AWS_ENDPOINT_URL", aws.endpoint())
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
    os.environ.setdefault("AWS_ACCESS_KEY_ID", aws.ACCESS_KEY)
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", load_secrets().emulator_secret)
