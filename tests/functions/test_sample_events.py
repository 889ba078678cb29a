"""The sample events of `mara invoke`, each through a function that takes its kind."""

import json
from typing import Any

import pytest

from infra.local.invoke import EVENTS, NO_ID, UnknownFunction, authorize, folder_of, run, sample_of
from tests.support.accounts import make_account
from tests.support.cloud import storage_and_queues

pytestmark = pytest.mark.usefixtures("database")


def invoke(name: str) -> Any:
    folder = folder_of(name)
    return run(folder, sample_of(folder))


class TestSamples:
    def test_of_a_route_is_answered(self) -> None:
        assert invoke("check_health")["statusCode"] == 200

    def test_of_a_route_with_a_body_is_parsed(self) -> None:
        answer = invoke("log_in")
        assert (answer["statusCode"], "invalid_credentials" in answer["body"]) == (401, True)

    def test_of_a_route_without_its_own_has_the_method_and_path_of_the_route(self) -> None:
        event = sample_of(folder_of("update_agent"))
        path = "/api/v1/agents/{agent_id}"
        assert (event["httpMethod"], event["resource"], event["body"]) == ("PUT", path, "{}")
        assert event["path"] == path.replace("{agent_id}", NO_ID)
        assert event["pathParameters"] == {"agent_id": NO_ID}

    def test_of_a_route_with_a_token_is_answered_as_its_account(self) -> None:
        account = make_account()
        folder = folder_of("list_agents")
        event = sample_of(folder)
        assert run(folder, event)["statusCode"] == 401
        authorize(event, account.token)
        answer = run(folder, event)
        assert (answer["statusCode"], json.loads(answer["body"])["items"]) == (200, [])

    def test_of_a_queue_is_acknowledged_or_dead_lettered(self) -> None:
        with storage_and_queues():
            assert set(invoke("purge_document")) == {"batchItemFailures"}

    def test_of_a_schedule_runs(self) -> None:
        assert invoke("forget_expired")["status"] == "done"

    def test_are_all_named_after_a_kind_or_a_function(self) -> None:
        kinds = {"api.json", "queue.json", "schedule.json"}
        for path in EVENTS.iterdir():
            assert path.name in kinds or folder_of(path.stem)

    def test_of_an_unknown_function_is_refused(self) -> None:
        with pytest.raises(UnknownFunction):
            folder_of("drop_everything")
