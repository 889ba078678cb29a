"""Signals in every order, doubled and at once, through the database (proof 10)."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import permutations
from uuid import UUID

import pytest

from mara.alerts.model.credentials import DeliveryCredentials
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from mara.wiring.alerts import reception_service
from tests.support.alert_chats import Chat, make_chat
from tests.support.alerting import alertmanager, an_alert
from tests.support.cloud import Cloud
from tests.support.parallel import outcomes

BEGAN = datetime(2026, 11, 28, 3, tzinfo=UTC)
STEP = timedelta(minutes=2)
"""Equal signals are repeats after a minute."""
ARRIVED = BEGAN + timedelta(hours=1)
PODS = ("pod-a", "pod-b", "pod-c")
EVENTS = ("firing", "firing", "resolved", "again")
ORDERS = sorted(set(permutations(EVENTS)))
TIME = re.compile(r"\d\d:\d\d")


SEVERITIES = {
    "one severity": {},
    "worse again": {"firing": "warning", "resolved": "warning"},
    "better again": {"again": "warning"},
}
"""Those of the events that are not critical."""


def signal(event: str, name: str, pod: str, severities: Mapping[str, str]) -> dict[str, object]:
    ended = (BEGAN + timedelta(minutes=5)).isoformat()
    parts = {
        "firing": {"startsAt": BEGAN.isoformat()},
        "resolved": {"status": "resolved", "startsAt": BEGAN.isoformat(), "endsAt": ended},
        "again": {"startsAt": (BEGAN + timedelta(minutes=10)).isoformat()},
    }[event]
    labels = {"alertname": name, "pod": pod, "severity": severities.get(event, "critical")}
    return an_alert(labels=labels, fingerprint=f"{name}-{pod}", **parts)


def deliver(chat: Chat, alert: dict[str, object], at: datetime) -> str:
    """Deliver one alert, which arrives at a time; the form of the delivery."""
    service = replace(reception_service(), now=lambda: at)
    body = json.dumps(alertmanager(alert)).encode()
    receipt = service.receive(
        UUID(chat.intake.id), body, DeliveryCredentials(bearer=chat.intake.secret)
    )
    return str(receipt.delivery.form)


def messages_after(
    chat: Chat, name: str, orders: Sequence[Sequence[str]], severities: Mapping[str, str]
) -> list[str]:
    """What the chat shows in the end, if each pod's signals arrive in its order of ``orders``.

    At each step the signals of all pods arrive at once, each of them twice.
    """
    with transaction(SYSTEM):
        # More than ten that wait would be a storm.
        connection().execute("UPDATE outgoing_messages SET state = 'sent' WHERE state = 'queued'")
    before = len(chat.queued())
    for step in range(len(EVENTS)):
        at = ARRIVED + step * STEP
        sent = [
            signal(order[step], name, pod, severities)
            for pod, order in zip(PODS, orders, strict=True)
            for _ in range(2)
        ]
        arrived = outcomes(partial(deliver, chat, at=at), sent)
        assert arrived == ["alertmanager"] * len(sent)
        chat.show_at(at + timedelta(seconds=10))
    shown: dict[UUID, str] = {}
    for message in chat.queued()[before:]:
        shown[message.edits or message.id] = message.parts[0].text
    return [TIME.sub("", text.replace(name, "Order")) for text in shown.values()]


@pytest.fixture
def chat(database: str, cloud: Cloud) -> Chat:
    return make_chat()


def last_messages(
    chat: Chat, orders: Sequence[tuple[str, ...]], shift: int, severities: Mapping[str, str]
) -> list[str]:
    """The last message of each order, where the other pods have orders ``shift`` places on."""
    last = []
    for number, order in enumerate(orders):
        place = ORDERS.index(order)
        others = [ORDERS[(place + times * shift) % len(ORDERS)] for times in (1, 2)]
        found = messages_after(chat, f"Order{number}", [order, *others], severities)
        assert severities or len(found) == 1, "a higher severity alone begins a new message"
        last.append(found[-1])
    return last


@pytest.mark.parametrize("severities", SEVERITIES.values(), ids=SEVERITIES)
@pytest.mark.parametrize(
    ("orders", "shift"),
    [
        (ORDERS[::6], 5),
        pytest.param(ORDERS, 1, marks=pytest.mark.proof),
        pytest.param(ORDERS, 5, marks=pytest.mark.proof),
    ],
    ids=["two", "all", "all, other places"],
)
def test_every_order_ends_in_one_and_the_same_message(
    chat: Chat, orders: Sequence[tuple[str, ...]], shift: int, severities: Mapping[str, str]
) -> None:
    """See it fail: store no late end of an earlier outage, or drop the lock of the intake."""
    shown = last_messages(chat, orders, shift, severities)
    assert shown == [shown[0]] * len(shown)
    text = shown[0]
    assert "since 28.11.  UTC\n" in text, "the reports of the outage before are not counted"
    assert all(f"• {pod}\n" in text for pod in PODS)
