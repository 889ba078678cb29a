"""The result of one module's mutants, and how it is printed."""

from dataclasses import dataclass, field

from infra.mutants.mutations import Mutant
from infra.mutants.runner import Outcome

SHARE_MIN = 0.9
"""Of the mutants that are not accepted, so many must be killed."""
HEADER = f"{'module':44} mutants  killed  timed out  survived  accepted  share"


@dataclass
class Report:
    """Mutants by outcome; ``accepted`` are survivors with a reason."""

    module: str
    counts: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    survivors: list[tuple[Mutant, Outcome]] = field(default_factory=list)
    accepted: int = 0

    def add(self, mutant: Mutant, outcome: Outcome, *, is_accepted: bool) -> bool:
        """Count one mutant; return whether it is an accepted survivor."""
        if outcome in (Outcome.SURVIVED, Outcome.UNTESTED):
            if is_accepted:
                self.accepted += 1
                return True
            self.survivors.append((mutant, outcome))
        self.counts[outcome] += 1
        return False

    @property
    def share(self) -> float:
        """Killed mutants, of those that are not accepted; 1 where there are none."""
        total = sum(self.counts.values())
        return (total - len(self.survivors)) / total if total else 1.0

    def row(self) -> str:
        """One line of the table under ``HEADER``."""
        total = sum(self.counts.values()) + self.accepted
        killed, late = self.counts[Outcome.KILLED], self.counts[Outcome.TIMED_OUT]
        return (
            f"{self.module:44} {total:7} {killed:7} {late:10} {len(self.survivors):9}"
            f" {self.accepted:9} {self.share:6.0%}"
        )

    def details(self) -> list[str]:
        """One line for each survivor: its place and its change."""
        return [
            f"  line {mutant.line} in {mutant.within or 'the module'}, {outcome.value}:"
            f" {mutant.change}"
            for mutant, outcome in self.survivors
        ]
