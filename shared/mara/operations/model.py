"""What a probe of one dependency found."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class ProbeState(StrEnum):
    UP = "up"
    DOWN = "down"
    TIMED_OUT = "timed_out"


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    state: ProbeState
    latency_ms: float


@dataclass(frozen=True, slots=True)
class Readiness:
    findings: Sequence[Finding]

    @property
    def is_ready(self) -> bool:
        return all(finding.state is ProbeState.UP for finding in self.findings)
