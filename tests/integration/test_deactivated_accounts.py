"""A deactivated account is not served, and uses nothing, by whatever way its work comes in.

See them fail: leave ``users.active`` out of the statement or the service that each test names.
"""

import json
from datetime import timedelta
from uuid import UUID

import pytest

from functions.api.telegram.receive_update.handler import handler as receive_update
from mara.alerts.model.alert_post import PostState
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.clock import now
from mara.platform.database import connection, transaction
from mara.telegram.adapters.bot_configs import PostgresBotConfigs
from mara.telegram.model.bot_config import WebhookSecret, hash_of
from mara.telegram.model.outgoing import OutgoingState
from mara.telegram.model.update import SECRET_HEADER
from mara.telegram.service.ringing import REVOKED_KEPT
from mara.wiring.notices import notice_service
from mara.wiring.telegram_sending import ringing_service, sending_service
from tests.support.alert_chats import Chat, make_chat
from tests.support.alerting import alertmanager, an_alert
from tests.support.cloud import Cloud
from tests.support.events import Answer, call
from tests.support.webhooks_world import WebhookWorld, deposit_credited

pytestmark = pytest.mark.usefixtures("database", "cloud")
SECRET = "a-secret-of-a-webhook"


@pytest.fixture
def chat(cloud: Cloud) -> Chat:
    return make_chat()


def switch(owner_id: UUID, *, active: bool) -> None:
    with transaction(SYSTEM):
        connection().execute("UPDATE users SET active = %s WHERE id = %s", (active, owner_id))


def count(table: str) -> int:
    with transaction(SYSTEM):
        row = connection().execute(f"SELECT count(*) FROM {table}").fetchone()
    assert row
    return int(row[0])


def test_has_no_intakes_for_senders(chat: Chat) -> None:
    """``FIND_INTAKE``."""
    owner_id = chat.intake.owner.id
    switch(owner_id, active=False)
    refused = chat.intake.post(alertmanager(an_alert()))
    assert (refused.status, refused.json["code"]) == (401, "wrong_intake_secret")
    assert (count("alerts"), count("alert_deliveries")) == (0, 0)
    switch(owner_id, active=True)
    assert chat.intake.post(alertmanager(an_alert())).status == 202


def test_has_no_alerts_answered_or_charged_or_shown(chat: Chat) -> None:
    """``Metering.reserve`` and ``AlertPostingService``."""
    chat.deliver()
    switch(chat.intake.owner.id, active=False)
    chat.answer()
    chat.show()
    with transaction(SYSTEM):
        post = connection().execute("SELECT state, failure->>'code' FROM alert_posts").fetchone()
    assert post == (PostState.FAILED, "account_inactive")
    assert (count("usage_reservations"), count("answers"), chat.queued()) == (0, 0, [])
    switch(chat.intake.owner.id, active=True)
    chat.show()
    assert chat.queued() == []


def test_has_bots_that_take_no_updates(chat: Chat) -> None:
    """``UpdateReceptionService``."""
    bot = chat.bot
    with transaction(bot.owner_id):
        known = PostgresBotConfigs().lock(bot.owner_id, bot.id)
        secret = WebhookSecret(hash_of(SECRET))
        PostgresBotConfigs().save(known.changed(now(), webhook_secret=secret))
    switch(bot.owner_id, active=False)
    assert (_update(bot.id, 7).status, count("bot_updates"), count("bot_lanes")) == (200, 0, 0)
    switch(bot.owner_id, active=True)
    assert (_update(bot.id, 8).status, count("bot_updates")) == (200, 1)


def test_has_bots_that_send_nothing_and_give_up_after_a_day(chat: Chat) -> None:
    """``SendingService``, ``LIST_IDLE`` and ``_revoked``."""
    chat.deliver()
    chat.answer()
    chat.show()
    switch(chat.intake.owner.id, active=False)
    assert sending_service().send(chat.bot.id, chat.bot.owner_id) == 0
    assert ringing_service().ring(now() + timedelta(hours=1))["bots"] == 0
    (message,) = chat.queued()
    assert message.state is OutgoingState.QUEUED
    rung = ringing_service().ring(now() + REVOKED_KEPT + timedelta(hours=1))
    (message,) = chat.queued()
    assert (rung["given_up"], message.state) == (1, OutgoingState.FAILED)


def test_gets_no_notices_and_no_webhooks(chat: Chat) -> None:
    """``NoticeService.write`` and ``LIST_WANTING``."""
    owner, world = chat.intake.owner, WebhookWorld()
    world.create(owner)
    switch(owner.id, active=False)
    event = deposit_credited(owner.id)
    assert not notice_service().write(event)
    assert world.deliveries.prepare(event) == 0
    switch(owner.id, active=True)
    assert notice_service().write(event)
    assert world.deliveries.prepare(event) == 1


def _update(config_id: UUID, update_id: int) -> Answer:
    update = {"update_id": update_id, "message": {"chat": {"id": -100}, "text": "Hello"}}
    headers = {SECRET_HEADER: SECRET, "content-type": "application/json"}
    path = f"/api/v1/telegram/webhook/{config_id}"
    return call(receive_update, "POST", path, headers=headers, raw=json.dumps(update).encode())
