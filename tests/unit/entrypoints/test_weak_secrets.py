"""Invariant 5: routes, consumers and schedules refuse to work with weak secrets."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from mara.entrypoints.queue import consumer
from mara.entrypoints.schedule import schedule, schedule_by_input
from mara.kernel.messages import Message
from tests.support.events import CONTEXT, call


class GreetPerson(Message):
    name: str


WEAK = {
    "database": ("MARA_DATABASE_URL", "postgresql://mara_app:postgres@db.example/mara"),
    "chains": ("MARA_CHAINS", json.dumps({"tron": {"urls": ["http://rpc.example/4711"]}})),
    "local keys": ("MARA_LOCAL_KEYS", json.dumps({"k1": "4711" * 16})),
}
EVENT = {"Records": [{"messageId": "1", "body": '{"name": "Anna"}', "attributes": {}}]}


@pytest.fixture(params=list(WEAK))
def weak(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """One weak secret outside the local stage; the function has no other."""
    for name in ("MARA_TOKEN_SECRETS", "MARA_BCRYPT_COST", "MARA_KEYS", "MARA_LOCAL_KEYS"):
        monkeypatch.delenv(name)
    for name, _ in WEAK.values():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MARA_STAGE", "production")
    monkeypatch.setenv(*WEAK[request.param])
    return str(request.param)


def never(*_: Any) -> None:
    raise AssertionError("It ran.")


@pytest.mark.usefixtures("weak")
@pytest.mark.parametrize(
    ("handler", "event"),
    [
        (consumer(GreetPerson)(never), EVENT),
        (schedule("chores")(never), {}),
        (schedule_by_input("scan", "network")(never), {"network": "tron"}),
    ],
    ids=["queue", "schedule", "schedule by input"],
)
def test_consumers_and_schedules_fail_before_they_begin(
    handler: Callable[[Any, Any], Any], event: dict[str, Any]
) -> None:
    """Not as a message that is refused: SQS delivers it again once the secret is strong."""
    for _ in range(2):
        with pytest.raises(ValidationError) as refusal:
            handler(event, CONTEXT)
        assert "4711" not in str(refusal.value)


@pytest.mark.usefixtures("weak")
def test_routes_answer_500_without_the_reason() -> None:
    from functions.api.operations.check_health.handler import handler

    answer = call(handler, "GET", "/api/v1/health")
    assert answer.status == 500
    assert "4711" not in answer.text
