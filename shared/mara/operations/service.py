"""Health checks: all dependencies are probed at once, within one time limit."""

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from mara.operations.model import Finding, ProbeState, Readiness
from mara.operations.ports import GetChainStatuses, Probe
from mara.wallets.model import ChainStatus

TIME_LIMIT_S = 1.8
"""Keeps the response time below two seconds if a dependency hangs."""


@dataclass(frozen=True, slots=True)
class HealthService:
    """Runs the probes in threads; ``time_limit_s`` holds for all of them together."""

    probes: Sequence[Probe]
    get_chain_statuses: GetChainStatuses
    time_limit_s: float = TIME_LIMIT_S

    def check(self) -> Readiness:
        """Probe all dependencies and query the chains; never raises for a failed probe."""
        pool = ThreadPoolExecutor(max_workers=len(self.probes) + 1, thread_name_prefix="probe")
        running = [(probe.name, pool.submit(_timed, probe)) for probe in self.probes]
        chains = pool.submit(self.get_chain_statuses)
        asked: list[Future[Any]] = [chains, *(future for _, future in running)]
        wait(asked, timeout=self.time_limit_s)
        # A probe that hangs ends by its own timeout; the response does not wait for it.
        pool.shutdown(wait=False, cancel_futures=True)
        return Readiness([self._finding(name, future) for name, future in running], _found(chains))

    def _finding(self, name: str, future: "Future[float]") -> Finding:
        if not future.done() or future.cancelled():
            return Finding(name, ProbeState.TIMED_OUT, self.time_limit_s * 1000)
        if future.exception() is not None:
            return Finding(name, ProbeState.DOWN, 0.0)
        return Finding(name, ProbeState.UP, round(future.result(), 1))


def _found(chains: "Future[Sequence[ChainStatus]]") -> Sequence[ChainStatus] | None:
    if not chains.done() or chains.cancelled() or chains.exception() is not None:
        return None
    return chains.result()


def _timed(probe: Probe) -> float:
    began = time.perf_counter()
    probe.check()
    return (time.perf_counter() - began) * 1000
