"""Panels on money and chains."""

from functools import partial
from typing import Final

from infra.observability.alert_kind import Area
from infra.observability.panel import Panel, per_second

_money = partial(Panel, area=Area.MONEY)
_chain = partial(Panel, area=Area.CHAINS)

MONEY: Final = (
    _money(
        title="Custody, credits, and what is owed to users",
        queries=(
            ("custody {{network}}", "max by (network) (mara_ledger_custody_micro_usdt)"),
            ("credits", "max(mara_ledger_credits_micro_usdt)"),
            ("owed", "max(mara_ledger_owed_micro_usdt)"),
        ),
        unit="micro_usdt",
        metrics=("LedgerCustodyShortfall",),
        in_overview=True,
    ),
    _money(
        title="Differences that the last audit found",
        queries=(("differences", "max(mara_ledger_differences)"),),
        metrics=("LedgerDifferences",),
        in_overview=True,
    ),
    _money(
        title="Age of the last audit",
        queries=(("age", "max(mara_ledger_audit_age_seconds)"),),
        unit="s",
    ),
    _money(
        title="Charges of subscriptions",
        queries=per_second("mara_subscription_charges", "outcome"),
        metrics=("mara_subscription_charges",),
        in_overview=True,
    ),
    _money(
        title="Subscriptions by state",
        queries=(("{{state}}", "max by (state) (mara_subscriptions)"),),
    ),
    _money(
        title="Use beyond reservations, and levels that differed",
        queries=(
            ("beyond", "sum(increase(mara_usage_beyond_reservation_total[1h]))"),
            ("levels", "sum(increase(mara_usage_level_differences_total[1h]))"),
        ),
        metrics=("mara_usage_beyond_reservation", "mara_usage_level_differences"),
    ),
)
CHAINS: Final = (
    _chain(
        title="Seconds that scans are behind",
        queries=(("{{network}}", "max by (network) (mara_chain_lag_seconds)"),),
        unit="s",
        metrics=("ChainLagSeconds",),
        in_overview=True,
    ),
    _chain(
        title="Seconds that final blocks wait for settlement",
        queries=(("{{network}}", "max by (network) (mara_chain_closing_seconds)"),),
        unit="s",
        metrics=("ChainClosingSeconds",),
    ),
    _chain(
        title="Blocks read",
        queries=per_second("mara_chain_blocks_read", "network"),
        metrics=("mara_chain_blocks_read",),
    ),
    _chain(
        title="Blocks between the chain's latest and the last settled",
        queries=(
            (
                "{{network}}",
                "max by (network) (mara_chain_latest_block - mara_chain_closed_block)",
            ),
        ),
    ),
    _chain(
        title="Requests to providers, by outcome",
        queries=per_second("mara_chain_rpc_calls", "outcome"),
        metrics=("mara_chain_rpc_calls",),
    ),
    _chain(
        title="Deposits by state",
        queries=(("{{state}}", "max by (state) (mara_deposits)"),),
    ),
)
