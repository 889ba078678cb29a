"""A plan in memory that meters answers and limits the number of agents."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from mara.billing.errors import ReservationEnded, ReservationNotFound, UsageLimitReached


@dataclass
class FakeAnswerMetering:
    """Implements ``AnswerMetering``: ``answers_left`` are in the plan; a token costs ``price``.

    ``held`` are the tokens of open reservations by answer, ``prices`` what was settled.
    """

    answers_left: int = 1000
    price: int = 0
    held: dict[UUID, int] = field(default_factory=dict)
    prices: dict[UUID, int] = field(default_factory=dict)
    released: set[UUID] = field(default_factory=set)
    lasts: list[timedelta | None] = field(default_factory=list)

    def reserve(
        self, owner_id: UUID, answer_id: UUID, *, tokens: int, lasts: timedelta | None = None
    ) -> int:
        if answer_id in self.held:
            return self.held[answer_id]
        if answer_id in self.prices or answer_id in self.released:
            raise ReservationEnded("Use a new key.")
        if not self.answers_left:
            raise UsageLimitReached("The plan free has no 1 answers left.")
        self.answers_left -= 1
        self.held[answer_id] = tokens
        self.lasts.append(lasts)
        return tokens

    def settle(self, owner_id: UUID, answer_id: UUID, *, answers: int, tokens: int) -> int:
        if answer_id in self.prices:
            return self.prices[answer_id]
        if answer_id in self.released:
            raise ReservationEnded("It was released.")
        if answer_id not in self.held:
            raise ReservationNotFound("Nothing was charged. Repeat the request.")
        reserved = self.held.pop(answer_id)
        self.answers_left += 1 - answers
        self.prices[answer_id] = min(tokens, reserved) * self.price
        return self.prices[answer_id]

    def release(self, owner_id: UUID, answer_id: UUID) -> None:
        if answer_id in self.held:
            del self.held[answer_id]
            self.released.add(answer_id)
            self.answers_left += 1


@dataclass
class FakeAgentLevel:
    """Implements ``AgentLevel``; ``level`` is the number of agents, at most ``included``."""

    included: int = 100
    level: int = 0

    def take(self, owner_id: UUID) -> None:
        if self.level == self.included:
            raise UsageLimitReached(f"The plan free includes {self.included} agents.")
        self.level += 1

    def give(self, owner_id: UUID) -> None:
        self.level -= 1
