"""What comes next for a subscription if its user does nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mara.billing.model.account import Account
from mara.billing.model.plan import PlanVersion
from mara.billing.model.subscription import EndReason, State


@dataclass(frozen=True, slots=True)
class NextCharge:
    """The renewal at ``at``, of ``amount`` micro-USDT for ``version``."""

    at: datetime
    version: PlanVersion
    amount: int


@dataclass(frozen=True, slots=True)
class PlannedEnd:
    """The end of the subscription at ``at``; ``is_paused`` while deposits in flight stop it."""

    at: datetime
    reason: EndReason
    is_paused: bool = False


@dataclass(frozen=True, slots=True)
class Outlook:
    """At most one of both: a subscription that will end is not charged again."""

    charge: NextCharge | None = None
    end: PlannedEnd | None = None


NOTHING_PLANNED: Final = Outlook()


def outlook_of(account: Account) -> Outlook:
    """The next charge, or the end that an unpaid invoice or a cancellation leads to."""
    subscription, unpaid = account.subscription, account.unpaid
    if unpaid is not None:
        is_first = subscription.state is State.INCOMPLETE
        reason = EndReason.EXPIRED if is_first else EndReason.UNPAID
        is_paused = unpaid.deadline.paused_since is not None
        return Outlook(end=PlannedEnd(unpaid.deadline.at, reason, is_paused))
    if subscription.cancel_at is not None:
        return Outlook(end=PlannedEnd(subscription.cancel_at, EndReason.CANCELLED))
    if subscription.period is None:
        return NOTHING_PLANNED
    renewal = subscription.period.end
    version = subscription.version_at(renewal)
    return Outlook(charge=NextCharge(renewal, version, version.terms.effective_price))
