"""Deliveries that come at once, and steps that fail."""

import json
from typing import Any
from uuid import UUID

import pytest

from mara.alerts.model.credentials import DeliveryCredentials
from mara.kernel.messages import Message
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from mara.wiring.alerts import reception_service
from tests.support.alerting import AlertIntake, alertmanager, an_alert
from tests.support.parallel import outcomes


def receive(intake: AlertIntake, body: dict[str, Any], **parts: Any) -> str:
    content, bearer = json.dumps(body).encode(), DeliveryCredentials(bearer=intake.secret)
    receipt = reception_service().receive(UUID(intake.id), content, bearer, **parts)
    return f"{receipt.delivery.id} {receipt.is_repeated}"


def count(table: str) -> int:
    with transaction(SYSTEM):
        row = connection().execute(f"SELECT count(*) FROM {table}").fetchone()
    assert row
    return int(row[0])


class TestDeliveriesAtOnce:
    def test_of_one_body_are_stored_once(self, intake: AlertIntake) -> None:
        body = alertmanager(an_alert())
        found = outcomes(lambda _: receive(intake, body), range(6))
        assert len({one.split()[0] for one in found}) == 1
        assert sorted(one.split()[1] for one in found) == ["False", *["True"] * 5]
        assert (count("alert_deliveries"), count("alert_episodes"), count("alert_posts")) == (
            1,
            1,
            1,
        )

    def test_of_one_alert_in_several_bodies_open_one_episode(self, intake: AlertIntake) -> None:
        def deliver(number: int) -> str:
            starts_at = f"2026-11-28T01:00:0{number}Z"
            return receive(intake, alertmanager(an_alert(startsAt=starts_at)))

        outcomes(deliver, range(6))
        assert (count("alerts"), count("alert_episodes"), count("alert_posts")) == (1, 1, 1)
        assert count("alert_signals") == 6

    def test_of_one_key_are_one(self, intake: AlertIntake) -> None:
        found = outcomes(
            lambda number: receive(intake, {"title": f"alert {number}"}, key="same"), range(4)
        )
        assert len({one.split()[0] for one in found}) == 1
        assert count("alerts") == 1


def test_nothing_is_stored_where_the_doorbell_cannot_be(
    intake: AlertIntake, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    class Broken(Exception):
        pass

    def fail(message: Message) -> None:
        raise Broken

    service = reception_service()
    failing = replace(service.storing.recorder, publish=fail)
    service = replace(service, storing=replace(service.storing, recorder=failing))
    content, bearer = json.dumps({"title": "a"}).encode(), DeliveryCredentials(bearer=intake.secret)
    with pytest.raises(Broken):
        service.receive(UUID(intake.id), content, bearer)
    assert (count("alerts"), count("alert_deliveries"), count("alert_posts")) == (0, 0, 0)
    receive(intake, {"title": "a"})
    assert count("alerts") == 1


def test_two_intakes_never_share_an_alert(intake: AlertIntake) -> None:
    from tests.support.alerting import make_intake

    other = make_intake(intake.owner, agent_id=intake.agent_id)
    for one in (intake, other):
        receive(one, alertmanager(an_alert()))
    assert (count("alerts"), count("alert_episodes"), count("alert_posts")) == (2, 2, 2)
