"""What can be wrong with alerts, rules and intakes."""

from mara.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Unauthenticated,
    Unavailable,
)


class InvalidQuietHours(Invalid):
    """A time, day or time zone of quiet hours is not valid."""

    title = "The quiet hours are not valid"


class UnknownDeliveryForm(Invalid):
    """The body of a delivery has none of the forms that an intake knows."""

    title = "The form of the alerts is not known"


class UnreadableDelivery(Invalid):
    """The body of a delivery is not JSON."""

    title = "The alerts are not JSON"


class InvalidKeywords(Invalid):
    """A rule has no keywords, too many, or one without a word."""

    title = "The keywords are not valid"
    fields = ("keywords",)


class InvalidPattern(Invalid):
    """RE2 refuses the pattern of a rule; the detail has its words."""

    title = "The regular expression is not valid"
    fields = ("regex",)


class InvalidRule(Invalid):
    """A rule has no condition."""

    title = "The rule has no condition"


class RuleNotFound(NotFound):
    """The rule does not exist, or belongs to another account."""

    title = "There is no such rule"
    fields = ("rule_id",)


class RuleChatUnknown(Invalid):
    """A rule names a chat in which its bot is not."""

    title = "The bot is not in this chat"
    fields = ("chat_ids",)


class TooManyRules(Conflict):
    """The user has the greatest number of rules."""

    title = "There are too many rules"


class IntakeNotFound(NotFound):
    """The intake does not exist, or belongs to another account."""

    title = "There is no such intake"
    fields = ("intake_id",)


class AlertNotFound(NotFound):
    """The alert does not exist, or belongs to another account."""

    title = "There is no such alert"
    fields = ("alert_id",)


class AlertNotAnswered(Conflict):
    """The alert has no answer that could be rated."""

    title = "The alert has no answer"


class TooManyIntakes(Conflict):
    """The user has the greatest number of intakes."""

    title = "There are too many intakes"


class WrongIntakeSecret(Unauthenticated):
    """The intake does not exist, or the secret or signature is missing or wrong."""

    title = "The secret of the intake is missing or wrong"


class TestAlertsUsedUp(Forbidden):
    """The test alerts of a day, which cost nothing, are answered."""

    title = "No more test alerts are answered today"


class AlertsWait(Unavailable):
    """Alerts wait for another try to ask an agent about them."""

    title = "Alerts wait for another try"


class AskingGivenUp(Unavailable):
    """Each try to ask the agent ended without a result."""

    title = "The agent could not be asked"
