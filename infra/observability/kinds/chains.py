"""Alerts on the scans of chains."""

from functools import partial
from typing import Final

from infra.observability.alert_kind import AlertKind, Area, Urgency

_urgent = partial(AlertKind, area=Area.CHAINS, urgency=Urgency.CRITICAL)
_later = partial(AlertKind, area=Area.CHAINS, urgency=Urgency.WARNING)

UNSETTLED_S: Final = {"aptos": 900, "arbitrum": 3600, "tron": 900}
"""More than twice the time in which a deposit becomes final on each network."""
STALLED_S: Final = 300
_unsettled = " or ".join(
    f'max by (network) (mara_chain_closing_seconds{{network="{network}"}}) / {limit_s}'
    for network, limit_s in UNSETTLED_S.items()
)
_calls = "sum by (network) (rate(mara_chain_rpc_calls_total{}[15m]))"
_failed = _calls.replace("{}", '{outcome!="answered"}')
_enough = "sum by (network) (increase(mara_chain_rpc_calls_total[15m])) >= 20"
TRON: Final = {"network": "tron"}

CHAINS: Final = (
    _urgent(
        name="chain-stalled",
        meaning="Blocks of a network are not read: deposits are late, not lost.",
        summary="Deposits on {{ $labels.network }} are not seen: the scan is behind.",
        expression="max by (network) (mara_chain_lag_seconds)",
        threshold=STALLED_S,
        hold="5m",
        fires=(('mara_chain_lag_seconds{network="tron"}', "0+60x40"),),
        labels=TRON,
    ),
    _urgent(
        name="chain-unsettled",
        meaning="Deposits are final on the chain but not credited for twice the usual time.",
        summary="Deposits on {{ $labels.network }} are seen and not credited.",
        expression=_unsettled,
        threshold=1,
        hold="5m",
        fires=(('mara_chain_closing_seconds{network="tron"}', "0+60x40"),),
        labels=TRON,
    ),
    _later(
        name="chain-unreadable",
        meaning="A scan recorded events that it could not read, and passed them.",
        summary="Events on {{ $labels.network }} were passed unread: one may be a deposit.",
        expression="sum by (network) (increase(mara_chain_unreadable_events_total[15m]))",
        fires=(('mara_chain_unreadable_events_total{network="tron"}', "0x20 1x20"),),
        labels=TRON,
    ),
    _later(
        name="chain-providers-fail",
        meaning="More than half of the requests to the providers of a network fail, of 20 or more.",
        summary="Most requests to the providers of {{ $labels.network }} fail.",
        expression=f"{_failed} / {_calls.replace('{}', '')}",
        at_least=_enough,
        threshold=0.5,
        hold="5m",
        fires=(
            ('mara_chain_rpc_calls_total{network="tron",outcome="answered"}', "0+2x40"),
            ('mara_chain_rpc_calls_total{network="tron",outcome="unavailable"}', "0+8x40"),
        ),
        labels=TRON,
    ),
)
