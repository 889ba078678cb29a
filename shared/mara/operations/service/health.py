"""Health checks: all dependencies are asked at once, within one time limit, every five seconds."""

import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any, Final

from mara.operations.model import (
    PROBED_WITHIN_S,
    Finding,
    Observation,
    ProbeState,
    Readiness,
    finding_of,
)
from mara.operations.ports import GetChainStatuses, Probe
from mara.wallets.model import ChainStatus, Network

KEPT_S: Final = 5.0
"""A result is shown for so long: the calls of anybody cost one round of probes."""
GIVEN_UP_S: Final = 30.0
"""A probe that hangs is not repeated before that, so that no threads pile up."""
CHAINS: Final = "chains"

Answer = tuple[Any, float]
"""What was returned, and the milliseconds that it took."""


@dataclass(slots=True)
class HealthService:
    """Runs the probes in threads; ``time_limit_s`` holds for all of them together.

    The result is kept in this process: each environment asks the dependencies for itself. The
    clock is that of the wall, because a process may be frozen between two calls.
    """

    probes: Sequence[Probe]
    networks: Collection[Network]
    get_chain_statuses: GetChainStatuses
    time_limit_s: float = PROBED_WITHIN_S
    kept_s: float = KEPT_S
    _running: dict[str, tuple[float, "Future[Answer]"]] = field(default_factory=dict)
    _last: Readiness | None = None
    _asked_at: float = 0.0

    def check(self) -> Readiness:
        """Return what was found in the last seconds, or ask now; never raises."""
        at = time.time()
        if self._last is None or not 0 <= at - self._asked_at < self.kept_s:
            self._asked_at = at
            self._last = self._ask(at)
        return self._last

    def _ask(self, at: float) -> Readiness:
        asked: dict[str, Callable[[], Any]] = {probe.name: probe.check for probe in self.probes}
        asked |= {CHAINS: self.get_chain_statuses} if self.networks else {}
        self._forget_ended(at)
        pool = ThreadPoolExecutor(max_workers=len(asked), thread_name_prefix="probe")
        for name, ask in asked.items():
            if name not in self._running:
                self._running[name] = at, pool.submit(_timed, ask)
        wait([future for _, future in self._running.values()], timeout=self.time_limit_s)
        # A probe that hangs ends by its own timeout; the response does not wait for it.
        pool.shutdown(wait=False)
        findings = [self._finding(probe.name) for probe in self.probes]
        if not self.networks:
            return Readiness(findings, ())
        return self._with_chains(findings)

    def _forget_ended(self, at: float) -> None:
        self._running = {
            name: (since, future)
            for name, (since, future) in self._running.items()
            if not future.done() and 0 <= at - since < GIVEN_UP_S
        }

    def _finding(self, name: str) -> Finding:
        since, future = self._running[name]
        # What was begun before this round tells a state of then: its process may have been frozen.
        if since != self._asked_at or not future.done():
            return Finding(name, ProbeState.TIMED_OUT, self.time_limit_s * 1000)
        if (error := future.exception()) is not None:
            # Its words may name a host.
            return Finding(name, ProbeState.DOWN, 0.0, type(error).__name__)
        seen, latency_ms = future.result()
        observed = seen if isinstance(seen, Observation) else Observation()
        return Finding(name, observed.state, round(latency_ms, 1), observed.detail)

    def _with_chains(self, findings: Sequence[Finding]) -> Readiness:
        found = self._finding(CHAINS)
        if found.state is not ProbeState.UP:
            unknown = [
                Finding(f"chain-{network}", found.state, found.latency_ms, found.detail)
                for network in self.networks
            ]
            return Readiness([*findings, *unknown], None)
        chains: Sequence[ChainStatus] = self._running[CHAINS][1].result()[0]
        of_chains = [finding_of(chain, found.latency_ms) for chain in chains]
        return Readiness([*findings, *of_chains], chains)


def _timed(ask: Callable[[], Any]) -> Answer:
    began = time.perf_counter()
    seen = ask()
    return seen, (time.perf_counter() - began) * 1000
