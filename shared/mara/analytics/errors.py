"""Errors of analytics."""

from mara.kernel.errors import Invalid


class InvalidReportRange(Invalid):
    """The days are in the wrong order, too many, or outside the calendar of billing."""

    title = "The range of days is not valid"
    fields = ("to", "from")
