"""The shape of health on the wire."""

from typing import Literal, Self

from pydantic import BaseModel

from mara.operations.model import ProbeState, Readiness


class FindingOut(BaseModel):
    name: str
    state: ProbeState
    latency_ms: float


class ReadinessOut(BaseModel):
    status: Literal["ready", "not_ready"]
    dependencies: list[FindingOut]

    @classmethod
    def of(cls, readiness: Readiness) -> Self:
        return cls(
            status="ready" if readiness.is_ready else "not_ready",
            dependencies=[
                FindingOut(name=f.name, state=f.state, latency_ms=f.latency_ms)
                for f in readiness.findings
            ],
        )
