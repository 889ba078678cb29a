"""Random movements of money by workers that may be killed at any moment and go on where they were.

What a worker does is drawn from its number and the step's alone, and it notes every answer: killed
before it could, it asks the same again. So the notes say what must be in the books, to the unit.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from uuid import UUID

from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.errors import HoldEnded, HoldNotFound, InsufficientFunds, LedgerBusy
from mara.ledger.model import Cause, PlatformAccount, TransferKind, TransferRequest, UserAccount
from mara.platform import database as platform
from mara.platform.database import transaction
from mara.wiring.ledger import ledger_service
from tests.support.money import in_an_hour

NETWORKS = ("arbitrum", "tron", "aptos")
REFUSALS = (InsufficientFunds, HoldEnded, HoldNotFound)
WEIGHTS = {
    "deposit": 20,
    "charge": 18,
    "refund": 6,
    "credit": 5,
    "reverse_credit": 3,
    "suspend": 6,
    "restore": 6,
    "hold": 18,
    "settle": 12,
    "release": 5,
    "both": 5,
    "locked": 5,
    "many": 4,
}
Delta = tuple[UUID, UserAccount, int]


@dataclass(frozen=True)
class Step:
    """``part`` is what of a hold is settled; ``key`` the hold's own, or that of the one it ends."""

    kind: str
    key: str
    owner_id: UUID
    other_id: UUID
    amount: int
    part: int
    network: str

    def run(self) -> None:
        """In a transaction of its own. Raises what the ledger refuses."""
        ledger, who, cause = ledger_service(), self.owner_id, Cause(self.key, "turmoil")
        acts: dict[str, Callable[[], object]] = {
            "deposit": partial(ledger.credit_deposit, who, self.network, self.amount, cause),
            "charge": partial(ledger.charge, who, self.amount, cause),
            "refund": partial(ledger.refund, who, self.amount, cause),
            "credit": partial(ledger.credit, who, self.amount, cause),
            "reverse_credit": partial(ledger.reverse_credit, who, self.amount, cause),
            "suspend": partial(ledger.suspend, who, self.amount, cause),
            "restore": partial(ledger.restore, who, self.amount, cause),
            "hold": partial(ledger.hold, who, self.amount, cause, expires_at=in_an_hour()),
            "settle": partial(ledger.settle, self.key, self.part),
            "release": partial(ledger.release, self.key),
            "both": self._charge_one_and_refund_the_other,
            "locked": self._lock_both_first,
            "many": lambda: ledger.transfer_all([*self._orders()]),
        }
        with transaction(SYSTEM):
            acts[self.kind]()

    def deltas(self) -> list[Delta]:
        """What it changes, if it is not refused."""
        who, amount = self.owner_id, self.amount
        available, reserved, suspense = UserAccount
        back = {"settle": amount - self.part, "release": amount}.get(self.kind, 0)
        change: dict[str, list[Delta]] = {
            "deposit": [(who, available, amount)],
            "charge": [(who, available, -amount)],
            "refund": [(who, available, amount)],
            "credit": [(who, available, amount)],
            "reverse_credit": [(who, available, -amount)],
            "suspend": [(who, available, -amount), (who, suspense, amount)],
            "restore": [(who, suspense, -amount), (who, available, amount)],
            "hold": [(who, available, -amount), (who, reserved, amount)],
            "settle": [(who, reserved, -amount), (who, available, back)],
            "release": [(who, reserved, -amount), (who, available, back)],
            "both": [(who, available, -amount), (self.other_id, available, amount)],
            "locked": [(who, available, -amount), (self.other_id, available, amount)],
            "many": [(who, available, 3 * amount), (self.other_id, available, 3 * amount)],
        }
        return change[self.kind]

    @property
    def transfers(self) -> int:
        return {"both": 2, "locked": 2, "many": 6}.get(self.kind, 1)

    def _charge_one_and_refund_the_other(self) -> None:
        """Two calls that must happen together; two such steps may wait for each other."""
        ledger = ledger_service()
        ledger.charge(self.owner_id, self.amount, Cause(f"{self.key} from", "turmoil"))
        ledger.refund(self.other_id, self.amount, Cause(f"{self.key} to", "turmoil"))

    def _lock_both_first(self) -> None:
        """As above, decided and posted under the locks of both: such steps never wait in a ring."""
        ledger = ledger_service()
        if ledger.lock_balances([self.owner_id, self.other_id])[self.owner_id].available:
            self._charge_one_and_refund_the_other()
        else:
            raise InsufficientFunds("The balance that was locked is zero.")

    def _orders(self) -> Iterator[TransferRequest]:
        for number, who in enumerate((self.owner_id, self.other_id) * 3):
            yield TransferRequest.between(
                self.amount,
                TransferKind.REFUND,
                (PlatformAccount.REVENUE, UserAccount.AVAILABLE),
                owner_id=who,
                cause=Cause(f"{self.key} {number}", "turmoil"),
            )


def script(worker: int, steps: int, owners: list[UUID]) -> list[Step]:
    """All that a worker will do; what it ends are holds of its own, some of them twice."""
    choose, holds = Random(f"turmoil {worker}"), list[Step]()
    made = []
    for number in range(steps):
        kind = choose.choices([*WEIGHTS], [*WEIGHTS.values()])[0]
        owner_id, other_id = choose.sample(owners, 2)
        amount, network = choose.randint(1, 100), choose.choice(NETWORKS)
        step = Step(kind, f"{worker}:{number}", owner_id, other_id, amount, 0, network)
        if kind in {"settle", "release"}:
            if not holds:
                continue
            held = choose.choice(holds[-20:])
            part = choose.randint(0, held.amount)
            step = Step(kind, held.key, held.owner_id, other_id, held.amount, part, network)
        if kind == "hold":
            holds.append(step)
        made.append(step)
    return made


@dataclass(frozen=True)
class Notes:
    """One letter a step in a file: d for done, r for refused. A kill leaves it as it was."""

    path: Path

    def read(self) -> str:
        return self.path.read_text() if self.path.exists() else ""

    def add(self, answer: str) -> None:
        with self.path.open("a") as file:
            file.write(answer)


def work(steps: list[Step], notes: Notes) -> None:
    """Go on from the first step without an answer; whatever else goes wrong ends the process."""
    platform._session.connection = None  # what the fork inherited is the parent's
    for step in steps[len(notes.read()) :]:
        while (answer := _answer(step)) is None:
            pass
        notes.add(answer)


def _answer(step: Step) -> str | None:
    try:
        step.run()
    except REFUSALS:
        return "r"
    except LedgerBusy:  # two steps waited for each other, and this one was sent away
        return None
    return "d"


@dataclass
class Expected:
    """What the notes add up to. An end that was asked for twice is one transfer, and counts so."""

    balances: Counter[tuple[UUID, UserAccount]]
    transfers: int

    @classmethod
    def of(cls, done: list[Step]) -> "Expected":
        found = cls(Counter(), 0)
        ended = set[str]()
        for step in done:
            if step.kind in {"settle", "release"}:
                if step.key in ended:
                    continue
                ended.add(step.key)
            found.transfers += step.transfers
            for owner_id, account, amount in step.deltas():
                found.balances[owner_id, account] += amount
        return found
