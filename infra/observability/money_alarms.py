"""The alarms on money: the ledger, subscriptions, and metered use."""

from collections.abc import Iterator
from typing import Any

from infra.observability.alarm import OWN_NAMESPACE, STAGE, Alarm


def money_alarms() -> Iterator[Alarm]:
    """Return them in the order of the file."""
    yield from _of_ledger()
    yield from _of_custody()
    yield from _of_billing()
    yield from _of_usage()


def _of_ledger() -> Iterator[Alarm]:
    common: dict[str, Any] = {
        "namespace": OWN_NAMESPACE,
        "metric": "LedgerDifferences",
        "dimensions": STAGE,
    }
    yield Alarm(
        logical_id="LedgerDiffers",
        name="ledger-differs",
        runbook="ledger-differs",
        action="Balances and postings disagree: `mara ledger verify` names them.",
        statistic="Maximum",
        threshold=0,
        period_s=60,
        **common,
    )
    yield Alarm(
        logical_id="LedgerUnverified",
        name="ledger-unverified",
        runbook="ledger-unverified",
        action="The schedule VerifyLedger fails or does not run: read its log.",
        statistic="SampleCount",
        threshold=1,
        comparison="LessThanThreshold",
        period_s=3600,
        missing="breaching",
        **common,
    )


def _of_custody() -> Iterator[Alarm]:
    yield Alarm(
        logical_id="CustodyBelowLiabilities",
        name="custody-below-liabilities",
        runbook="custody-below-liabilities",
        action="Custody and credits do not back what users have: `mara ledger verify`.",
        namespace=OWN_NAMESPACE,
        metric="LedgerCustodyShortfall",
        dimensions=STAGE,
        statistic="Maximum",
        threshold=0,
        period_s=60,
    )
    yield Alarm(
        logical_id="ErasedAccountHasMoney",
        name="erased-account-has-money",
        runbook="erased-account-has-money",
        action="Money came to an erased account: `erased_accounts` and the ledger name it.",
        namespace=OWN_NAMESPACE,
        metric="ErasedAccountsWithMoney",
        dimensions=STAGE,
        statistic="Maximum",
        threshold=0,
    )


def _of_billing() -> Iterator[Alarm]:
    common: dict[str, Any] = {
        "namespace": OWN_NAMESPACE,
        "metric": "SubscriptionsSetAside",
        "dimensions": STAGE,
    }
    yield Alarm(
        logical_id="SubscriptionsSetAside",
        name="subscriptions-set-aside",
        runbook="subscriptions-set-aside",
        action="A charge fails by an internal error, which `subscriptions.set_aside_reason` tells.",
        statistic="Maximum",
        threshold=0,
        period_s=60,
        **common,
    )
    yield Alarm(
        logical_id="SubscriptionsUncharged",
        name="subscriptions-uncharged",
        runbook="subscriptions-uncharged",
        action="The schedule ChargeSubscriptions fails or does not run: read its log.",
        statistic="SampleCount",
        threshold=1,
        comparison="LessThanThreshold",
        period_s=900,
        missing="breaching",
        **common,
    )


def _of_usage() -> Iterator[Alarm]:
    yield Alarm(
        logical_id="UsageBeyondReservation",
        name="usage-beyond-reservation",
        runbook="usage-beyond-reservation",
        action="A run used more than it reserved: search the logs for usage_beyond_reservation.",
        namespace=OWN_NAMESPACE,
        metric="UsageBeyondReservation",
        dimensions=STAGE,
        statistic="Sum",
        threshold=0,
    )
    common: dict[str, Any] = {
        "namespace": OWN_NAMESPACE,
        "metric": "UsageLevelDifferences",
        "dimensions": STAGE,
    }
    yield Alarm(
        logical_id="UsageLevelsDiffer",
        name="usage-levels-differ",
        runbook="usage-levels-differ",
        action="Stored levels of use differed from what exists: usage_level_differs names them.",
        statistic="Maximum",
        threshold=0,
        **common,
    )
    # The schedule runs twice a day; a day is the longest time that an alarm may evaluate.
    yield Alarm(
        logical_id="UsageLevelsUncounted",
        name="usage-levels-uncounted",
        runbook="usage-levels-uncounted",
        action="The schedule RecountLevels fails or does not run: read its log.",
        statistic="SampleCount",
        threshold=1,
        comparison="LessThanThreshold",
        period_s=86400,
        missing="breaching",
        **common,
    )
