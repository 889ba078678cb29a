"""Measures reserve + settle, inside the allowance and with money, beside a bare hold + settle.

And `ask` with metering beside `ask` without: of an agent without documents, whose refusals cost the
least besides. One client, durable writes (fsync), two transactions each, as a question makes them.
All alternate, because the load of the machine changes over time.
"""

import os
import statistics
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

from infra.local.migrate import upgrade
from infra.local.postgres import APP, OWNER, PostgresServer, free_port

if TYPE_CHECKING:
    from collections.abc import Callable

    from mara.agents.service.answers import AnswerService

WARM_UP: Final = 50
USERS: Final = 20
MONEY: Final = 10**12
INSERT_USER: Final = """
    INSERT INTO users (id, email, created_at, updated_at)
    VALUES (%(id)s, %(id)s::text || '@example.com', now(), now())
"""
SUBSCRIBE: Final = """
    INSERT INTO subscriptions (id, owner_id, state, version_id, anchor, period_start, period_end,
        ever_paid, trial_reminded, overage_limit, events, changed_at, due_at)
    SELECT uuidv7(), owner_id, 'active', %(version_id)s, now(), now(), now() + interval '1 month',
        true, false, %(limit)s, 1, now(), now() + interval '1 month'
    FROM unnest(%(owners)s::uuid[]) AS owner_id
"""


def run(questions: int) -> None:
    """Measure so many of each kind, and print."""
    with tempfile.TemporaryDirectory() as folder:
        # The server runs as an unprivileged user, who needs access to the folder.
        Path(folder).chmod(0o755)
        with PostgresServer(Path(folder) / "postgres", free_port()) as server:
            server.ensure_database("bench")
            upgrade(server.url(OWNER, "bench"))
            os.environ.update(MARA_STAGE="local", MARA_DATABASE_URL=server.url(APP, "bench"))
            _measure(questions)


def _measure(questions: int) -> None:
    from mara.platform.database import disconnect

    included, paying = subscribers(allowance=10**9), subscribers(allowance=0)
    runs: dict[str, Callable[[int], None]] = {
        "ledger hold + settle": lambda n: _hold_and_settle(paying[n % USERS], n),
        "reserve + settle inside the allowance": lambda n: use(included[n % USERS], n),
        "reserve + settle with money": lambda n: use(paying[n % USERS], n),
        "ask without metering": _asking(included, _without_metering()),
        "ask": _asking(included, _answer_service()),
    }
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(questions):
        for name, act in runs.items():
            began = time.perf_counter()
            act(number)
            if number >= min(WARM_UP, questions // 2):
                taken[name].append((time.perf_counter() - began) * 1000)
    disconnect()
    median = {name: statistics.median(times) for name, times in taken.items()}
    for name, times in taken.items():
        p95 = sorted(times)[len(times) * 95 // 100]
        print(f"{name:38} p50 {median[name]:.2f} ms, p95 {p95:.2f} ms")
    bare, inside, with_money, without, asked = median.values()
    print(f"inside the allowance / bare hold + settle {inside / bare:.2f}")
    print(f"with money / bare hold + settle {with_money / bare:.2f}")
    print(f"ask: {asked - without:.2f} ms more with metering")


def use(owner_id: UUID, number: int) -> None:
    """Reserve and settle the use of a question."""
    from mara.billing.model.meters import Meter
    from mara.billing.model.usage_request import UsageRequest
    from mara.platform.database import transaction
    from mara.wiring.metering import metering

    key = f"question {number}"
    request = UsageRequest(owner_id, {Meter.ANSWERS: 1, Meter.GENERATED_TOKENS: 500}, key, key)
    metering().reserve(request)
    with transaction(owner_id):
        metering().settle(owner_id, key, {Meter.ANSWERS: 1, Meter.GENERATED_TOKENS: 200})


class _Unmetered:
    """Implements ``AnswerMetering`` for a stage where answers are free."""

    def reserve(self, *_: UUID, tokens: int, lasts: timedelta | None = None) -> int:  # noqa: ARG002
        return tokens

    def settle(self, *_: UUID, answers: int, tokens: int) -> int:  # noqa: ARG002
        return 0

    def release(self, *_: UUID) -> None:
        pass


def _answer_service() -> "AnswerService":
    from mara.wiring.agents import answer_service

    return answer_service()


def _without_metering() -> "AnswerService":
    service = _answer_service()
    free = replace(service.reservation, metering=_Unmetered())
    recorder = replace(service.recorder, reservation=free)
    return replace(service, reservation=free, recorder=recorder)


def _asking(owners: list[UUID], service: "AnswerService") -> "Callable[[int], None]":
    """Questions of these users, each to an agent of their own."""
    from mara.agents.model import AgentSettings
    from mara.kernel.principal import Principal, Role
    from mara.wiring.agents import agent_service

    callers = [Principal(owner_id, Role.USER) for owner_id in owners]
    agents = [agent_service().create(one, AgentSettings("bench")).id for one in callers]

    def ask(number: int) -> None:
        place = number % USERS
        service.ask(callers[place], agents[place], f"Who has key {number}?", conversation_id=None)

    return ask


def _hold_and_settle(owner_id: UUID, number: int) -> None:
    from mara.ledger.model import Cause
    from mara.platform.database import transaction
    from mara.wiring.ledger import ledger_service

    key = f"bare {number}"
    expires_at = datetime.now(UTC) + timedelta(hours=1)
    with transaction(owner_id):
        ledger_service().hold(owner_id, 150, Cause(f"{owner_id} {key}", key), expires_at=expires_at)
    with transaction(owner_id):
        ledger_service().settle(f"{owner_id} {key}", 120)


def subscribers(*, allowance: int, count: int = USERS) -> list[UUID]:
    """Users with money, subscribed to a plan with this allowance of everything."""
    from mara.kernel.ids import new_id
    from mara.kernel.unit_of_work import SYSTEM
    from mara.ledger.model import Cause
    from mara.platform.database import connection, transaction
    from mara.wiring.ledger import ledger_service

    owners = [new_id() for _ in range(count)]
    with transaction(SYSTEM):
        for owner_id in owners:
            connection().execute(INSERT_USER, {"id": owner_id})
            cause = Cause(f"deposit {owner_id}", "deposit")
            ledger_service().credit_deposit(owner_id, "tron", MONEY, cause)
    version_id = _plan(allowance)
    with transaction(SYSTEM):
        connection().execute(
            SUBSCRIBE, {"version_id": version_id, "limit": MONEY, "owners": owners}
        )
    return owners


def _plan(allowance: int) -> UUID:
    """The version of a new plan."""
    from mara.billing.model.meters import Meter
    from mara.billing.model.periods import MONTHLY
    from mara.billing.model.plan import PlanTerms, Visibility
    from mara.billing.service.plans import PlanDraft
    from mara.wiring.plans import plan_service

    limits = {**dict.fromkeys(Meter, allowance), Meter.AGENTS: 10**9}
    prices = {Meter.ANSWERS: 100, Meter.GENERATED_TOKENS: 100} if not allowance else {}
    terms = PlanTerms(price=0, interval=MONTHLY, allowances=limits, overage_prices=prices)
    draft = PlanDraft(f"bench-{allowance}", {}, Visibility.PUBLIC, terms)
    return plan_service().create(draft).current.id
