"""Errors of the queues domain."""

from mara.kernel.errors import Conflict, NotFound, Unavailable


class QueueNotFound(NotFound):
    """No queue has this name."""

    title = "There is no such queue"


class ScheduleNotFound(NotFound):
    """No schedule has this name."""

    title = "There is no such schedule"


class AlreadyRunning(Conflict):
    """A run of the schedule holds its lease."""

    title = "The schedule is running already"


class ScheduleNotStarted(Unavailable):
    """The function of the schedule cannot be invoked; the caller may retry."""

    title = "The schedule could not be started"
