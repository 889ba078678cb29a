"""Faults that a test orders: refusals, lost answers, and answers that do not come."""

from dataclasses import dataclass, field
from enum import StrEnum

from infra.local.simulators.telegram.parameters import Parameters


class Kind(StrEnum):
    """What goes wrong."""

    REFUSED = "refused"
    """Answered with an error."""
    LOST = "lost"
    """The connection breaks in place of an answer."""
    SILENT = "silent"
    """No answer comes until the caller gives up."""


@dataclass
class Fault:
    """What happens to the next ``times`` requests of this method and chat; None is any.

    ``performed`` says that the request takes effect first: the message is sent, and the answer is
    lost.
    """

    kind: Kind
    method: str | None = None
    chat_id: int | None = None
    times: int = 1
    performed: bool = False
    code: int = 500
    description: str = "Internal Server Error"
    retry_after_s: int | None = None

    def concerns(self, method: str, asked: Parameters) -> bool:
        """Whether this request is to fail."""
        if self.method is not None and self.method.lower() != method:
            return False
        return self.chat_id is None or str(self.chat_id) == str(asked.values.get("chat_id"))


@dataclass
class Faults:
    """The faults that were ordered, oldest first."""

    ordered: list[Fault] = field(default_factory=list)

    def order(self, fault: Fault) -> None:
        """Add a fault."""
        self.ordered.append(fault)

    def take(self, method: str, asked: Parameters) -> Fault | None:
        """The fault of this request, which counts it."""
        for fault in self.ordered:
            if fault.concerns(method, asked):
                fault.times -= 1
                if fault.times == 0:
                    self.ordered.remove(fault)
                return fault
        return None
