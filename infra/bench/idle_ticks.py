"""Measures one tick of charging when nothing is due."""

import statistics
import time
from typing import Final

from infra.bench.subscribers import app_url, charging, database

TICKS: Final = 200
WARM_UP: Final = 20
MONTH_S: Final = 30 * 86_400


def run(subscriptions: int) -> None:
    """Measure ticks at so many subscriptions, and print. Raises RuntimeError if one was due."""
    with database(subscriptions, due_in_s=MONTH_S) as server:
        service = charging(app_url(server))
        from mara.platform.database import disconnect

        taken = []
        for _ in range(TICKS):
            began = time.perf_counter()
            if service.charge_due()["looked_at"]:
                raise RuntimeError("a subscription was due")
            taken.append((time.perf_counter() - began) * 1000)
        disconnect()
    taken = sorted(taken[WARM_UP:])
    p50, p95 = statistics.median(taken), taken[len(taken) * 95 // 100]
    name = f"a tick, none of {subscriptions} due"
    print(f"{name:38} p50 {p50:.2f} ms, p95 {p95:.2f} ms")
