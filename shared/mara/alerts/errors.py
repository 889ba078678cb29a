"""What can be wrong with alerts, rules and intakes."""

from mara.kernel.errors import Invalid


class InvalidQuietHours(Invalid):
    """A time, day or time zone of quiet hours is not valid."""

    title = "The quiet hours are not valid"


class UnknownDeliveryForm(Invalid):
    """The body of a delivery has none of the forms that an intake knows."""

    title = "The form of the alerts is not known"


class InvalidKeywords(Invalid):
    """A rule has no keywords, too many, or one without a word."""

    title = "The keywords are not valid"
