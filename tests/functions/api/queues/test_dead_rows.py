"""Updates, sends and deliveries that stand dead, through the routes of dead letters."""

from typing import Any
from uuid import UUID

import pytest

from functions.api.queues.discard_dead_letters.handler import handler as discard_dead_letters
from functions.api.queues.list_dead_letters.handler import handler as list_dead_letters
from functions.api.queues.list_queues.handler import handler as list_queues
from functions.api.queues.redrive_dead_letters.handler import handler as redrive_dead_letters
from mara.kernel.principal import Role
from mara.notifications.messages import SendWebhooks
from mara.platform.database import transaction
from mara.telegram.adapters.outgoing import PostgresOutgoingMessages
from mara.telegram.adapters.updates import PostgresUpdates
from mara.telegram.messages import LaneHasWork, MessagesWait
from tests.support.accounts import Account, make_account
from tests.support.bots import NOON
from tests.support.cloud import cloud_of_moto
from tests.support.dead_letters import rows
from tests.support.deaths import (
    CANARY,
    DELIVERIES,
    SENDS,
    UPDATES,
    make_bot,
    make_receiver,
    row,
)
from tests.support.events import call
from tests.support.outgoing import make_message

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def admin() -> Account:
    return make_account("root", Role.ADMIN)


def listed(admin: Account, queue: str) -> list[dict[str, Any]]:
    path = f"/api/v1/admin/queues/{queue}/dead-letters"
    answer = call(list_dead_letters, "GET", path, headers=admin.headers)
    assert answer.status == 200, answer.text
    assert CANARY not in answer.text
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def decide(admin: Account, handler: Any, queue: str, verb: str, **body: Any) -> dict[str, Any]:
    path = f"/api/v1/admin/queues/{queue}/{verb}"
    answer = call(handler, "POST", path, headers=admin.headers, body={"all": True, **body})
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def redrive(admin: Account, queue: str, **body: Any) -> dict[str, Any]:
    return decide(admin, redrive_dead_letters, queue, "redrive", **body)


def doorbells(queue: str) -> list[str]:
    return [body for (body,) in rows("body", f"outbox WHERE queue = '{queue}'")]


class TestList:
    def test_shows_an_update_by_its_id_and_never_what_it_says(self, admin: Account) -> None:
        bot = make_bot()
        update = bot.kill_update()
        (letter,) = listed(admin, UPDATES)
        assert letter["message_id"] == f"{update.config_id}/{update.update_id}"
        assert (letter["reason"], letter["attempts"]) == ("Missing", 3)
        assert (letter["object_kind"], letter["object_id"]) == ("config", str(update.config_id))

    @pytest.mark.parametrize(
        ("words", "shown"),
        [
            ("Bad Request: chat not found", "Bad Request: chat not found"),
            (f"Bad Request: can't parse '{CANARY}' here", "Bad Request: can't parse…"),
            (f'Bad Request: unsupported tag "{CANARY}"', "Bad Request: unsupported tag …"),
            (f"Bad Request: wrong HTTP URL http://x/{CANARY}", "Bad Request: wrong HTTP URL …"),
        ],
    )
    def test_shows_of_a_send_no_words_that_telegram_quotes(
        self, admin: Account, words: str, shown: str
    ) -> None:
        message = make_bot().kill_send(words)
        (letter,) = listed(admin, SENDS)
        assert (letter["message_id"], letter["reason"]) == (str(message.id), shown)

    def test_shows_the_status_of_a_delivery(self, admin: Account) -> None:
        delivery = make_receiver().kill_delivery()
        (letter,) = listed(admin, DELIVERIES)
        assert (letter["message_id"], letter["reason"]) == (str(delivery.id), "status 500")

    def test_counts_them_among_the_dead_letters_of_their_queues(self, admin: Account) -> None:
        bot = make_bot()
        for _ in range(2):
            bot.kill_update()
        bot.kill_send()
        with cloud_of_moto():
            answer = call(list_queues, "GET", "/api/v1/admin/queues", headers=admin.headers)
        found = {one["name"]: one for one in answer.json["items"]}
        assert [found[one]["dead_letters"] for one in (UPDATES, SENDS, DELIVERIES)] == [2, 1, 0]
        assert found[UPDATES]["last_error"]["error"] == "Missing"


class TestRedrive:
    def test_lets_updates_wait_again_and_rings_once_for_a_lane(self, admin: Account) -> None:
        bot = make_bot()
        for chat in (1, 1, 2):
            bot.kill_update(chat)
        done = redrive(admin, UPDATES)
        assert (done["count"], done["remaining"], done["unreadable"]) == (3, 0, 0)
        rung = {LaneHasWork.model_validate_json(one).lane for one in doorbells(UPDATES)}
        assert (len(doorbells(UPDATES)), rung) == (2, {"chat:1", "chat:2"})
        assert rows("state, attempts", "bot_updates") == [("waiting", 0)] * 3
        assert ("dead_letters_redriven",) in rows("action", "audit_rows")

    def test_lets_a_send_begin_again_where_it_stopped(self, admin: Account) -> None:
        bot = make_bot()
        message = bot.kill_send()
        assert redrive(admin, SENDS)["count"] == 1
        (doorbell,) = doorbells(SENDS)
        rung = MessagesWait.model_validate_json(doorbell)
        assert (rung.config_id, rung.owner_id) == (bot.config.id, bot.config.owner_id)
        state = "SELECT state, attempts, reason FROM outgoing_messages WHERE id = %s"
        assert row(state, message.id) == ("queued", 0, None)

    def test_shows_no_edit_that_a_newer_one_followed(self, admin: Account) -> None:
        bot = make_bot()
        edited = make_message(bot.config.id, bot.config.owner_id)
        old = bot.kill_send(edits=edited.id)
        with transaction(bot.config.owner_id):
            newer = make_message(bot.config.id, bot.config.owner_id, edits=edited.id)
            PostgresOutgoingMessages().add(newer)
        assert redrive(admin, SENDS)["count"] == 1
        assert row("SELECT state FROM outgoing_messages WHERE id = %s", old.id) == ("replaced",)

    def test_lets_a_delivery_be_tried_again(self, admin: Account) -> None:
        delivery = make_receiver().kill_delivery()
        assert redrive(admin, DELIVERIES)["count"] == 1
        assert [SendWebhooks.model_validate_json(one) for one in doorbells(DELIVERIES)]
        state = "SELECT state, attempts FROM webhook_deliveries WHERE id = %s"
        assert row(state, delivery.id) == ("waiting", 0)

    def test_leaves_what_is_of_a_webhook_that_is_switched_off(self, admin: Account) -> None:
        receiver = make_receiver()
        receiver.kill_delivery()
        row("UPDATE webhooks SET off_because = 'gone' RETURNING id")
        done = redrive(admin, DELIVERIES)
        assert (done["count"], done["unreadable"], doorbells(DELIVERIES)) == (0, 1, [])
        assert len(listed(admin, DELIVERIES)) == 1

    def test_again_does_nothing_more(self, admin: Account) -> None:
        make_bot().kill_update()
        assert [redrive(admin, UPDATES)["count"] for _ in range(2)] == [1, 0]
        assert len(doorbells(UPDATES)) == 1

    def test_that_the_owner_did_leaves_nothing_to_decide(self, admin: Account) -> None:
        bot = make_bot()
        bot.kill_update()
        with transaction(bot.config.owner_id):
            assert len(PostgresUpdates().redrive(bot.config.id, None)) == 1
        assert listed(admin, UPDATES) == []

    def test_that_only_counts_changes_nothing(self, admin: Account) -> None:
        make_receiver().kill_delivery()
        assert redrive(admin, DELIVERIES, dry_run=True)["remaining"] == 1
        assert (doorbells(DELIVERIES), len(listed(admin, DELIVERIES))) == ([], 1)


class TestDiscard:
    @pytest.mark.parametrize("queue", [UPDATES, SENDS, DELIVERIES])
    def test_leaves_the_row_dead_and_shows_who_decided(self, admin: Account, queue: str) -> None:
        if queue == DELIVERIES:
            make_receiver().kill_delivery()
        else:
            bot = make_bot()
            _ = bot.kill_update() if queue == UPDATES else bot.kill_send()
        given = {"reason": "Test data"}
        done = decide(admin, discard_dead_letters, queue, "discard", **given)
        assert (done["count"], done["remaining"]) == (1, 0)
        (letter,) = listed(admin, queue)
        assert (letter["state"], UUID(letter["decided_by"])) == ("discarded", admin.id)
        assert (redrive(admin, queue)["count"], doorbells(queue)) == (0, [])
        assert ("dead_letters_discarded",) in rows("action", "audit_rows")


def test_noon_is_not_the_time_of_a_death(admin: Account) -> None:
    """The time is that of the death, which the database notes."""
    make_bot().kill_update()
    assert not listed(admin, UPDATES)[0]["last_failed_at"].startswith(NOON.isoformat()[:16])
