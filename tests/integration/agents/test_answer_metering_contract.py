"""Metering of answers: by a plan in PostgreSQL, and the fake of the fast tests."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from mara.agents.adapters.plan_metering import PlanAnswerMetering
from mara.agents.ports import AnswerMetering
from mara.billing.errors import ReservationEnded, ReservationNotFound, UsageLimitReached
from mara.billing.model.meters import Feature
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import UnitOfWork
from tests.support.agents import no_transaction
from tests.support.billing import USDT, allowances
from tests.support.fakes.answers import FakeAnswerMetering
from tests.support.metering import TOKENS, limited, postgres_metering


@dataclass(frozen=True)
class Plan:
    """A plan with two answers, whose tokens cost 1 micro-USDT each."""

    metering: AnswerMetering
    owner_id: UUID
    unit_of_work: UnitOfWork

    def reserve(self, answer_id: UUID, tokens: int = 100) -> int:
        return self.metering.reserve(self.owner_id, answer_id, tokens=tokens)

    def settle(self, answer_id: UUID, answers: int = 1, tokens: int = 0) -> int:
        with self.unit_of_work(self.owner_id):
            return self.metering.settle(self.owner_id, answer_id, answers=answers, tokens=tokens)

    def release(self, answer_id: UUID) -> None:
        self.metering.release(self.owner_id, answer_id)


def a_fake_plan() -> Plan:
    return Plan(FakeAnswerMetering(answers_left=2, price=1), new_id(), no_transaction)


def a_real_plan() -> Plan:
    world = postgres_metering()
    version = limited(
        "answers-contract",
        allowances=allowances(answers=2, generated_tokens=0),
        overage_prices={TOKENS: 1000},
        features=frozenset({Feature.GENERATED_ANSWERS}),
    )
    owner_id = world.subscriber(version, overage_limit=USDT, left=USDT)
    return Plan(PlanAnswerMetering(world.metering), owner_id, world.unit_of_work)


@pytest.fixture(params=["fake", "postgres"])
def plan(request: pytest.FixtureRequest) -> Plan:
    if request.param == "fake":
        return a_fake_plan()
    request.getfixturevalue("database")
    return a_real_plan()


class TestAnswerMetering:
    def test_reserves_an_answer_and_tokens(self, plan: Plan) -> None:
        assert plan.reserve(new_id(), 100) == 100
        plan.reserve(new_id(), 0)
        with pytest.raises(UsageLimitReached):
            plan.reserve(new_id(), 0)

    def test_reserves_once_for_each_answer(self, plan: Plan) -> None:
        answer_id = new_id()
        assert [plan.reserve(answer_id, 0), plan.reserve(answer_id, 100)] == [0, 0]
        plan.reserve(new_id())

    def test_settles_for_the_price_of_the_tokens_that_were_written(self, plan: Plan) -> None:
        answer_id = new_id()
        plan.reserve(answer_id, 100)
        assert [plan.settle(answer_id, tokens=30) for _ in range(2)] == [30, 30]
        plan.reserve(new_id())
        with pytest.raises(UsageLimitReached):
            plan.reserve(new_id())

    @pytest.mark.parametrize("end", ["settle", "release"])
    def test_gives_back_what_was_not_used(self, plan: Plan, end: str) -> None:
        for _ in range(5):
            answer_id = new_id()
            plan.reserve(answer_id)
            if end == "settle":
                plan.settle(answer_id, answers=0)
            else:
                plan.release(answer_id)

    def test_ends_a_reservation_once(self, plan: Plan) -> None:
        released, settled = new_id(), new_id()
        plan.reserve(released)
        plan.release(released)
        plan.release(released)
        plan.reserve(settled)
        plan.settle(settled)
        plan.release(settled)
        for answer_id in (released, settled):
            with pytest.raises(ReservationEnded):
                plan.reserve(answer_id)
        with pytest.raises(ReservationEnded):
            plan.settle(released)

    def test_settles_nothing_that_was_not_reserved(self, plan: Plan) -> None:
        plan.release(new_id())
        with pytest.raises(ReservationNotFound):
            plan.settle(new_id())
