"""What a flood of one tenant's alerts costs another tenant, on the running local stack.

Start the stack first (`make up`). Times are from the delivery of an alert until the chat of the
other tenant shows its section, first with the stack to itself, then beside the flood: one body of
many alerts, and single ones delivered as fast as they are taken.
"""

import secrets
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

from infra.bench.alert_tenant import AlertTenant, paced, percentiles
from infra.local.telegram_client import TelegramPeople
from infra.quality.forms import Alert

RUNBOOKS: Final = Path("tests/data/alert_quality")
ALERTS: Final = 30
SHOWN_WITHIN_S: Final = 120.0
STORM: Final = 10_000
"""Alerts in the one body."""
FLOODERS: Final = 2
"""Threads that deliver single alerts."""


def run() -> None:
    """Measure and print."""
    quiet, flooding = AlertTenant.create(RUNBOOKS), AlertTenant.create(RUNBOOKS)
    _measured(quiet, 3)
    print(f"{ALERTS} alerts alone: {percentiles(_measured(quiet, ALERTS))}")
    began = time.monotonic()
    with flood(flooding) as counted:
        beside = percentiles(_measured(quiet, ALERTS))
        took_min = (time.monotonic() - began) / 60
    singles = len(counted.taken)
    print(f"{ALERTS} alerts beside {STORM} in one body and {singles} single ones: {beside}")
    print(f"deliveries of the flood that were not taken: {len(counted.refused)}")
    messages = len(TelegramPeople().chat(flooding.bot.group)["messages"])
    print(f"the group of the flood got {messages} messages in {took_min:.1f} min")
    for tenant in (quiet, flooding):
        tenant.disconnect()


@dataclass
class Flood:
    """Ids of the single alerts, and why deliveries got no 202, as after a timeout.

    Several threads add to the lists: a number that each of them increments would lose some.
    """

    taken: list[str] = field(default_factory=list)
    refused: list[httpx.HTTPError] = field(default_factory=list)


@contextmanager
def flood(tenant: AlertTenant) -> Iterator[Flood]:
    """Flood during the block."""
    counted, ended = Flood(), threading.Event()

    def deliver() -> None:
        while not ended.is_set():
            try:
                counted.taken.extend(tenant.deliver(_webhook(1)))
            except httpx.HTTPError as error:
                counted.refused.append(error)

    tenant.deliver(_webhook(STORM))
    with ThreadPoolExecutor(FLOODERS) as pool:
        running = [pool.submit(deliver) for _ in range(FLOODERS)]
        try:
            yield counted
        finally:
            ended.set()
    for one in running:
        one.result()


def _measured(tenant: AlertTenant, count: int) -> list[float]:
    shown = []
    for _ in range(count):
        with paced():
            shown.append(tenant.show(_webhook(1), SHOWN_WITHIN_S).after_s)
    return shown


def _webhook(count: int) -> dict[str, Any]:
    """A body of Alertmanager with as many alerts, each of a name that was never used."""
    bodies = [
        Alert(f"DiskAlmostFull{secrets.token_hex(4)}", "The disk is almost full", "").webhook
        for _ in range(count)
    ]
    return {**bodies[0], "alerts": [body["alerts"][0] for body in bodies]}
