"""Which schedules there are, and the period of each; a test compares them with the template."""

from datetime import timedelta
from typing import Final

from mara.queues.model.schedule import Schedule

NETWORKS: Final = ("aptos", "arbitrum", "tron")
EVERY_S: Final = {
    **dict.fromkeys(
        (
            *("answer-waiting-alerts", "chain-audit", "charge-subscriptions", "close-usage"),
            *(
                "recover-documents",
                "relay-outbox",
                "release-expired-holds",
                "ring-telegram",
                "ring-webhooks",
            ),
        ),
        60,
    ),
    "end-stale-alerts": 600,
    "forget-expired": 3600,
    "recount-levels": 43200,
    "verify-ledger": 900,
    "watch-bots": 300,
}
"""The period of each function with one schedule."""

SCHEDULES: Final = {
    **{name: Schedule(name, name, timedelta(seconds=every)) for name, every in EVERY_S.items()},
    **{
        f"scan-{network}": Schedule(
            f"scan-{network}", "scan-chain", timedelta(minutes=1), {"network": network}
        )
        for network in NETWORKS
    },
}
