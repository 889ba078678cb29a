"""Failures of the audit."""

from mara.kernel.errors import Conflict, Unavailable


class AnchorsUnavailable(Unavailable):
    """The storage of anchors does not answer; the next run of the schedule writes the head."""

    title = "The storage of anchors does not answer"


class OtherRestoreBegun(Conflict):
    """The restore that was begun and is not noted is not that of this database."""

    title = "Another restore was begun and is not noted"
