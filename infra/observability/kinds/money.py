"""Alerts on money: the ledger, subscriptions, and metered use."""

from functools import partial
from typing import Final

from infra.observability.alert_kind import AlertKind, Area, Urgency

_urgent = partial(AlertKind, area=Area.MONEY, urgency=Urgency.CRITICAL)
_later = partial(AlertKind, area=Area.MONEY, urgency=Urgency.WARNING)
IS_SCRAPED: Final = 'sum(up{job="mara"} == 1)'
"""No value where there is no scrape: then nothing is known of what is missing."""


def done_runs(schedule: str, within: str) -> str:
    """How many runs of a schedule were done; 0 where none ever was."""
    chosen = f'{{schedule="{schedule}",outcome="done"}}'
    runs = f"sum(increase(mara_schedule_runs_total{chosen}[{within}]))"
    return f"{runs} or 0 * {IS_SCRAPED}"


UP: Final = ('up{job="mara"}', "1x2000")

MONEY: Final = (
    _urgent(
        name="ledger-differs",
        meaning="Balances and postings of the ledger disagree.",
        summary="The last audit of the ledger found differences.",
        expression="sum(mara_ledger_differences)",
        fires=(("mara_ledger_differences", "0x10 1x30"),),
    ),
    _urgent(
        name="ledger-unverified",
        meaning="No audit of the ledger finished for an hour.",
        summary="The ledger was not verified for an hour.",
        expression="max(mara_ledger_audit_age_seconds)"
        f" or 7200 * absent(mara_ledger_audit_age_seconds) * {IS_SCRAPED}",
        threshold=3600,
        hold="20m",
        fires=(("mara_ledger_audit_age_seconds", "3000+60x40"),),
        at=40,
    ),
    _urgent(
        name="custody-below-liabilities",
        meaning="Users have more than custody and what was given to them by hand.",
        summary="What is owed to users is not backed by custody and credits.",
        expression="sum(mara_ledger_owed_micro_usdt)"
        " - (sum(mara_ledger_custody_micro_usdt) + sum(mara_ledger_credits_micro_usdt))",
        # One reading alone wakes a person only where the next, a minute later, says the same.
        hold="1m",
        fires=(
            ("mara_ledger_owed_micro_usdt", "11x40"),
            ('mara_ledger_custody_micro_usdt{network="tron"}', "9x40"),
            ("mara_ledger_credits_micro_usdt", "1x40"),
        ),
    ),
    _later(
        name="erased-account-has-money",
        meaning="Money came to the wallet of an account after it was erased.",
        summary="An erased account has money that belongs to its sender.",
        expression="max(mara_erased_accounts_with_money)",
        hold="1h",
        fires=(("mara_erased_accounts_with_money", "0x10 1x120"),),
        at=100,
    ),
    _later(
        name="subscriptions-set-aside",
        meaning="A subscription could not be charged because of an internal error.",
        summary="A charge fails by an internal error.",
        expression='sum(increase(mara_subscription_charges_total{outcome="set_aside"}[15m]))',
        fires=(('mara_subscription_charges_total{outcome="set_aside"}', "0x20 1x20"),),
    ),
    _urgent(
        name="subscriptions-uncharged",
        meaning="No tick of the billing schedule finished for 15 minutes.",
        summary="The schedule that charges subscriptions fails or does not run.",
        expression=done_runs("charge-subscriptions", "15m"),
        compares="<",
        threshold=0.5,
        hold="5m",
        fires=(UP,),
    ),
    _urgent(
        name="renewals-overdue",
        meaning="A subscription has been due for more than 15 minutes and is not charged.",
        summary="Renewals are overdue.",
        expression='max(mara_oldest_work_seconds{work="renewals"})',
        threshold=900,
        hold="5m",
        fires=(('mara_oldest_work_seconds{work="renewals"}', "0+60x40"),),
    ),
    _later(
        name="usage-beyond-reservation",
        meaning="A run used more than it had reserved; the rest was free.",
        summary="A run used more than it reserved.",
        expression="sum(increase(mara_usage_beyond_reservation_total[15m]))",
        fires=(("mara_usage_beyond_reservation_total", "0x20 5x20"),),
    ),
    _later(
        name="usage-levels-differ",
        meaning="Stored levels of agents, bots or bytes differed from what exists.",
        summary="Stored levels of use differed from what exists.",
        expression="sum(increase(mara_usage_level_differences_total[15m]))",
        fires=(("mara_usage_level_differences_total", "0x20 2x20"),),
    ),
    _later(
        name="usage-levels-uncounted",
        meaning="The levels of use were not compared with what exists for a day.",
        summary="The schedule that recounts levels fails or does not run.",
        expression=done_runs("recount-levels", "1d"),
        compares="<",
        threshold=0.5,
        hold="12h",
        fires=(UP,),
        at=800,
    ),
)
