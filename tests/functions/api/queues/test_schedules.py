"""The routes of schedules, through the functions themselves."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from functions.api.queues.list_schedules.handler import handler as list_schedules
from functions.api.queues.run_schedule.handler import handler as run_schedule
from functions.schedules.forget_expired.handler import handler as forget_expired
from infra.local.package import FUNCTION, load_template
from mara.entrypoints.schedule import schedule
from mara.kernel.ids import new_id
from mara.kernel.principal import Role
from mara.platform import lease_store, run_store
from mara.platform.clock import now
from mara.queues.adapters import lambda_start
from mara.queues.errors import ScheduleNotStarted
from mara.queues.model.known_schedules import SCHEDULES
from mara.queues.model.schedule import Schedule
from tests.support.accounts import Account, make_account
from tests.support.dead_letters import rows
from tests.support.events import Answer, call

NAME = "forget-expired"
MINUTE = timedelta(minutes=1)
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def admin() -> Account:
    return make_account("root", Role.ADMIN)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """The events of the functions that were invoked."""
    events: list[dict[str, str]] = []

    def start(wanted: Schedule, run_id: UUID) -> None:
        events.append({**wanted.payload, "run_id": str(run_id)})

    monkeypatch.setattr(lambda_start, "start", start)
    return events


def run(account: Account, name: str = NAME) -> Answer:
    path = f"/api/v1/admin/schedules/{name}/run"
    return call(run_schedule, "POST", path, headers=account.headers)


def state_of(account: Account, name: str = NAME) -> dict[str, Any]:
    answer = call(list_schedules, "GET", "/api/v1/admin/schedules", headers=account.headers)
    (found,) = (one for one in answer.json["items"] if one["name"] == name)
    return dict(found)


class TestList:
    def test_is_of_the_schedules_of_the_template(self) -> None:
        rates = {"minute": 60, "minutes": 60, "hour": 3600, "hours": 3600}
        expected = set()
        for resource in load_template()["Resources"].values():
            properties = resource.get("Properties", {})
            if resource["Type"] != FUNCTION or "functions/schedules/" not in properties["CodeUri"]:
                continue
            function = properties["FunctionName"]["Fn::Sub"].removeprefix("mara-${Stage}-")
            for event in properties["Events"].values():
                rate = event["Properties"]["ScheduleExpression"]
                number, unit = rate.removeprefix("rate(").removesuffix(")").split()
                payload = event["Properties"].get("Input", "{}")
                period = timedelta(seconds=int(number) * rates[unit])
                expected.add((function, period, payload))
        assert expected == {
            (one.function, one.period, json.dumps(one.payload)) for one in SCHEDULES.values()
        }

    def test_names_leases_as_the_functions_do(self, admin: Account) -> None:
        forget_expired({}, None)
        found = state_of(admin)
        assert (found["outcome"], found["error"], found["leased_until"]) == ("done", None, None)
        assert datetime.fromisoformat(found["next_at"]) > now()
        assert found["duration_s"] >= 0

    def test_of_one_that_never_ran_is_empty(self, admin: Account) -> None:
        assert state_of(admin)["outcome"] is None

    def test_tells_a_failure_by_its_type_and_one_that_was_killed(self, admin: Account) -> None:
        def fail(_at: datetime) -> None:
            raise ZeroDivisionError("a secret")

        with pytest.raises(ZeroDivisionError):
            schedule(NAME)(fail)({}, None)
        assert (state_of(admin)["outcome"], state_of(admin)["error"]) == (
            "failed",
            "ZeroDivisionError",
        )
        run_store.begin(NAME, now())
        assert state_of(admin)["outcome"] == "lost"


class TestRun:
    def test_starts_the_function_which_takes_the_lease_over(
        self, admin: Account, started: list[dict[str, str]]
    ) -> None:
        answer = run(admin)
        assert (answer.status, answer.json["name"]) == (202, NAME)
        assert started == [{"run_id": answer.json["run_id"]}]
        assert lease_store.held_until(NAME, now=now()) is not None
        assert forget_expired(started[0], None)["status"] == "done"
        assert lease_store.held_until(NAME, now=now()) is None
        assert ("schedule_run",) in rows("action", "audit_rows")

    def test_of_one_of_many_gives_its_input(
        self, admin: Account, started: list[dict[str, str]]
    ) -> None:
        answer = run(admin, "scan-tron")
        assert started == [{"network": "tron", "run_id": answer.json["run_id"]}]

    def test_while_a_tick_works_is_409(self, admin: Account, started: list[dict[str, str]]) -> None:
        lease_store.acquire(NAME, new_id(), now=now(), until=now() + MINUTE)
        answer = run(admin)
        assert (answer.status, answer.json["code"], started) == (409, "already_running", [])

    def test_keeps_a_tick_away_and_a_second_delivery_too(
        self, admin: Account, started: list[dict[str, str]]
    ) -> None:
        """Lambda may deliver an asynchronous event twice."""
        run(admin)
        assert forget_expired({}, None)["status"] == "skipped"
        again: list[str] = []

        def work(_at: datetime) -> None:
            again.append(schedule(NAME)(lambda _: None)(started[0], None)["status"])

        assert schedule(NAME)(work)(started[0], None)["status"] == "done"
        assert again == ["skipped"]

    def test_of_a_function_that_cannot_be_invoked_frees_the_lease(
        self, admin: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(_schedule: Schedule, _run_id: UUID) -> None:
            raise ScheduleNotStarted("Try again in a few seconds.")

        monkeypatch.setattr(lambda_start, "start", fail)
        assert run(admin).status == 503
        assert lease_store.held_until(NAME, now=now()) is None

    def test_with_an_id_of_no_run_is_an_ordinary_tick(self) -> None:
        assert forget_expired({"run_id": str(uuid4())}, None)["status"] == "done"

    def test_of_an_unknown_schedule_is_404(self, admin: Account) -> None:
        assert run(admin, "nothing").json["code"] == "schedule_not_found"
