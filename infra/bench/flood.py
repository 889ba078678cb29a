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
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from infra.bench.alert_tenant import AlertTenant, percentiles
from infra.local.telegram_client import TelegramPeople
from infra.quality.forms import Alert

RUNBOOKS: Final = Path("tests/data/alert_quality")
ALERTS: Final = 30
EVERY_S: Final = 3.6
"""Slower than 18 messages a minute, which is what a group gets."""
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
    print(f"{ALERTS} alerts beside {STORM} in one body and {counted.taken} single ones: {beside}")
    print(f"deliveries of the flood that were not taken: {counted.refused}")
    messages = len(TelegramPeople().chat(flooding.bot.group)["messages"])
    print(f"the group of the flood got {messages} messages in {took_min:.1f} min")
    for tenant in (quiet, flooding):
        tenant.disconnect()


@dataclass
class Flood:
    """How many single alerts were taken, and how many deliveries got no 202, as from a timeout."""

    taken: int = 0
    refused: int = 0


@contextmanager
def flood(tenant: AlertTenant) -> Iterator[Flood]:
    """Flood during the block."""
    counted, ended = Flood(), threading.Event()

    def deliver() -> None:
        while not ended.is_set():
            try:
                counted.taken += len(tenant.deliver(_webhook(1)))
            except httpx.HTTPError:
                counted.refused += 1

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
        began = time.monotonic()
        shown.append(tenant.show(_webhook(1), SHOWN_WITHIN_S).after_s)
        time.sleep(max(EVERY_S - (time.monotonic() - began), 0))
    return shown


def _webhook(count: int) -> dict[str, Any]:
    """A body of Alertmanager with as many alerts, each of a name that was never used."""
    bodies = [
        Alert(f"DiskAlmostFull{secrets.token_hex(4)}", "The disk is almost full", "").webhook
        for _ in range(count)
    ]
    return {**bodies[0], "alerts": [body["alerts"][0] for body in bodies]}
