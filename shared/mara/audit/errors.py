"""Failures of the audit."""

from mara.kernel.errors import Unavailable


class AnchorsUnavailable(Unavailable):
    """The storage of anchors does not answer; the next run of the schedule writes the head."""

    title = "The storage of anchors does not answer"
