"""The doctor of a bot, through the function itself, with each case of the simulated Telegram."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from functions.api.telegram.examine_bot.handler import handler as examine_bot
from infra.local.simulators.telegram import founding, groups
from infra.local.simulators.telegram.faults import Fault, Kind
from infra.local.simulators.telegram.model import Chat, User
from infra.local.simulators.telegram.server import SimulatedTelegram
from infra.local.simulators.telegram.webhooks import Settings, Webhook
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.clock import now
from mara.platform.database import connection, transaction
from mara.telegram.adapters.bot_chats import PostgresBotChats
from mara.telegram.adapters.bot_configs import PostgresBotConfigs
from mara.telegram.adapters.updates import PostgresUpdates
from mara.telegram.model.bot_chat import BotChat, ChatKind, ChatState
from mara.telegram.model.update import ClaimedUpdate, UpdateState
from tests.support.accounts import make_account
from tests.support.connected_telegram import ConnectedBot
from tests.support.events import call

HOUR = timedelta(hours=1)
Words = dict[tuple[str, int | None], dict[str, Any]]


def examined(bot: ConnectedBot) -> Words:
    """What the doctor says, by check and chat."""
    answer = call(examine_bot, "GET", f"{bot.path}/doctor", headers=bot.owner.headers)
    assert answer.status == 200, answer.text
    return {(one["check"], one["chat_id"]): one for one in answer.json["items"]}


def state_of(bot: ConnectedBot, check: str, chat: Chat | None = None) -> str:
    return str(examined(bot)[check, chat.id if chat else None]["state"])


@pytest.fixture
def olga(telegram: SimulatedTelegram) -> User:
    return founding.add_user(telegram.world, "Olga")


def know(
    bot: ConnectedBot,
    chat: Chat,
    state: ChatState = ChatState.APPROVED,
    id_: UUID | None = None,
) -> None:
    """Let MARA know a chat of the simulated Telegram."""
    ids = (bot.id, bot.owner.id, chat.id)
    kind = ChatKind(chat.type.value)
    row = BotChat(*ids, chat.title or "", kind, state, None, now(), id_ or new_id())
    with transaction(bot.owner.id):
        PostgresBotChats().save(row)


@pytest.fixture
def group(bot: ConnectedBot, telegram: SimulatedTelegram, olga: User) -> Chat:
    """An approved group that the bot is in."""
    chat = founding.add_group(telegram.world, "On call", olga)
    groups.add(telegram.world, chat, bot.bot.user, olga)
    know(bot, chat)
    return chat


def claim(bot: ConnectedBot, number: int, age: timedelta, state: UpdateState) -> None:
    update = ClaimedUpdate(bot.id, bot.owner.id, number, "chat:1", b"{}", now() - age)
    with transaction(SYSTEM):
        PostgresUpdates().claim(update)
        connection().execute(
            "UPDATE bot_updates SET state = %s WHERE update_id = %s", [state.value, number]
        )


class TestBot:
    def test_that_was_just_connected_has_only_no_update_yet(self, bot: ConnectedBot) -> None:
        found = examined(bot)
        assert [check for (check, _), one in found.items() if one["state"] != "ok"] == [
            "last_update"
        ]
        assert all((one["fix"] is None) == (one["state"] == "ok") for one in found.values())

    def test_is_told_in_the_language_of_its_owner(self, bot: ConnectedBot) -> None:
        assert examined(bot)["token", None]["seen"] == "Telegram knows the token: @runbook_bot."
        with transaction(SYSTEM):
            connection().execute("UPDATE users SET locale = 'ru'")
        assert examined(bot)["token", None]["seen"] == "Telegram знает токен: @runbook_bot."

    def test_of_another_account_is_not_found(self, bot: ConnectedBot) -> None:
        other = make_account("boris")
        answer = call(examine_bot, "GET", f"{bot.path}/doctor", headers=other.headers)
        assert (answer.status, answer.json["code"]) == (404, "bot_config_not_found")

    def test_whose_token_was_revoked_names_the_way_back(
        self, bot: ConnectedBot, telegram: SimulatedTelegram
    ) -> None:
        founding.revoke_token(telegram.world, bot.bot)
        found = examined(bot)
        assert found["token", None]["state"] == "failed"
        assert f"PUT /telegram/configs/{bot.id}" in found["token", None]["fix"]
        assert found["webhook", None]["state"] == "unknown"

    @pytest.mark.parametrize(
        "fault",
        [
            Fault(Kind.REFUSED, times=9),
            Fault(Kind.REFUSED, code=429, times=9, retry_after_s=7),
            Fault(Kind.LOST, times=9),
        ],
        ids=["error", "too many", "broken"],
    )
    def test_is_unknown_while_telegram_fails(
        self, bot: ConnectedBot, group: Chat, telegram: SimulatedTelegram, fault: Fault
    ) -> None:
        telegram.api.faults.order(replace(fault))
        found = examined(bot)
        assert {found[one]["state"] for one in (("token", None), ("webhook", None))} == {"unknown"}
        assert found["member", group.id]["state"] == "unknown"
        assert bot.bot.token not in str(found)

    def test_waits_for_no_answer_longer_than_each_check_may_take(
        self, bot: ConnectedBot, telegram: SimulatedTelegram
    ) -> None:
        telegram.api.faults.order(Fault(Kind.SILENT, method="getMe"))
        found = examined(bot)
        assert found["token", None]["state"] == "unknown"
        assert found["webhook", None]["state"] == "ok"

    def test_without_its_agent_cannot_answer(self, bot: ConnectedBot) -> None:
        with transaction(SYSTEM):
            connection().execute("DELETE FROM agents")
        assert state_of(bot, "agent") == "failed"


class TestWebhook:
    @pytest.mark.parametrize("url", ["https://other.example.com/secret", ""])
    def test_that_is_not_ours_is_a_failure_that_shows_no_path(
        self, bot: ConnectedBot, telegram: SimulatedTelegram, url: str
    ) -> None:
        settings = Settings(url)
        bot.bot.webhook = Webhook(settings, telegram.world.dice) if url else None
        found = examined(bot)["webhook", None]
        assert (found["state"], "secret" in str(found)) == ("failed", False)

    def test_that_does_not_accept_updates_is_shown_with_telegrams_words(
        self, bot: ConnectedBot, telegram: SimulatedTelegram
    ) -> None:
        webhook = bot.bot.webhook
        assert webhook is not None
        webhook.last_error, webhook.last_error_at = "Wrong response: 500", telegram.world.now()
        assert "Wrong response: 500" in examined(bot)["delivery", None]["seen"]
        webhook.last_error_at -= 2 * HOUR.total_seconds()
        assert state_of(bot, "delivery") == "ok"

    def test_with_a_backlog_is_a_warning(
        self, bot: ConnectedBot, telegram: SimulatedTelegram
    ) -> None:
        for chat in range(101):
            bot.bot.queue.push("message", {}, lane=chat, now=telegram.world.now())
        assert state_of(bot, "delivery") == "warning"

    def test_that_gets_too_few_kinds_names_those_that_are_missing(self, bot: ConnectedBot) -> None:
        bot.bot.queue.allow(["message"])
        found = examined(bot)["allowed_updates", None]
        assert found["state"] == "failed"
        assert "callback_query, channel_post" in found["seen"]


class TestWork:
    def test_shows_what_came_what_waits_and_what_died(self, bot: ConnectedBot) -> None:
        claim(bot, 1, timedelta(0), UpdateState.WAITING)
        found = examined(bot)
        states = [found[one, None]["state"] for one in ("last_update", "lanes", "dead_updates")]
        assert states == ["ok", "ok", "ok"]
        claim(bot, 2, HOUR, UpdateState.WAITING)
        claim(bot, 3, HOUR, UpdateState.DEAD)
        found = examined(bot)
        states = [found[one, None]["state"] for one in ("last_update", "lanes", "dead_updates")]
        assert states == ["ok", "warning", "warning"]


class TestChat:
    def test_with_a_member_in_privacy_mode_sees_a_part(
        self, bot: ConnectedBot, group: Chat
    ) -> None:
        found = examined(bot)
        states = {check: one["state"] for (check, chat), one in found.items() if chat == group.id}
        assert states == {
            "member": "ok",
            "rights": "ok",
            "forum": "ok",
            "all_messages": "warning",
            "bot_messages": "unknown",
            "pause": "ok",
        }
        fix = found["bot_messages", group.id]["fix"]
        for way in ("Bot-to-Bot Communication Mode", "administrator", "privacy mode"):
            assert way in fix

    def test_with_an_administrator_sees_all(
        self, bot: ConnectedBot, group: Chat, telegram: SimulatedTelegram, olga: User
    ) -> None:
        groups.promote(telegram.world, group, bot.bot.user, olga)
        assert state_of(bot, "all_messages", group) == "ok"

    def test_that_the_bot_joined_before_privacy_mode_was_off_needs_it_to_join_again(
        self, bot: ConnectedBot, group: Chat
    ) -> None:
        """Compare no times to see it fail: Telegram shows the setting, not what holds here."""
        bot.bot.reads_all = True
        found = examined(bot)["all_messages", group.id]
        assert (found["state"], "add it again" in found["fix"]) == ("warning", True)
        with transaction(bot.owner.id):
            config = PostgresBotConfigs().get(bot.owner.id, bot.id)
            off = replace(config, reads_all_since=now() - HOUR)
            PostgresBotConfigs().save(off)
        assert state_of(bot, "all_messages", group) == "ok"

    def test_in_which_another_bot_was_seen_shows_bots(self, bot: ConnectedBot, group: Chat) -> None:
        with transaction(bot.owner.id):
            PostgresBotChats().saw_bots(bot.id, group.id, now())
        assert state_of(bot, "bot_messages", group) == "ok"

    def test_that_is_a_channel_shows_all_and_needs_the_right_to_post(
        self, bot: ConnectedBot, telegram: SimulatedTelegram, olga: User
    ) -> None:
        channel = founding.add_channel(telegram.world, "News", olga)
        groups.promote(telegram.world, channel, bot.bot.user, olga)
        know(bot, channel)
        found = examined(bot)
        checks = ("rights", "all_messages", "bot_messages")
        assert [found[one, channel.id]["state"] for one in checks] == ["ok", "ok", "ok"]
        groups.promote(telegram.world, channel, bot.bot.user, olga, frozenset())
        assert state_of(bot, "rights", channel) == "failed"

    @pytest.mark.parametrize("forbid", [groups.restrict, "members"])
    def test_in_which_the_bot_may_not_write_fails(
        self,
        bot: ConnectedBot,
        group: Chat,
        telegram: SimulatedTelegram,
        olga: User,
        forbid: Callable[..., None] | str,
    ) -> None:
        if callable(forbid):
            forbid(telegram.world, group, bot.bot.user, olga)
        else:
            group.members_may_send = False
        assert state_of(bot, "rights", group) == "failed"

    def test_that_the_bot_was_removed_from_fails(
        self, bot: ConnectedBot, group: Chat, telegram: SimulatedTelegram, olga: User
    ) -> None:
        groups.remove(telegram.world, group, bot.bot.user, olga)
        found = examined(bot)
        assert found["member", group.id]["state"] == "failed"
        assert ("rights", group.id) not in found

    def test_that_became_a_supergroup_names_it(
        self, bot: ConnectedBot, telegram: SimulatedTelegram, olga: User
    ) -> None:
        small = founding.add_group(telegram.world, "Small", olga, is_super=False)
        groups.add(telegram.world, small, bot.bot.user, olga)
        know(bot, small)
        big = founding.upgrade(telegram.world, small, olga)
        found = examined(bot)["member", small.id]
        assert (found["state"], str(big.id) in found["seen"]) == ("failed", True)

    def test_without_the_topic_of_the_settings_is_a_warning(
        self, bot: ConnectedBot, group: Chat
    ) -> None:
        with transaction(bot.owner.id):
            config = PostgresBotConfigs().get(bot.owner.id, bot.id)
            settings = replace(config.settings, target_chat_id=group.id, target_thread_id=7)
            PostgresBotConfigs().save(replace(config, settings=settings))
        assert state_of(bot, "forum", group) == "warning"
        group.is_forum = True
        assert state_of(bot, "forum", group) == "ok"

    def test_that_alerts_go_to_is_checked_though_no_update_named_it(
        self, bot: ConnectedBot
    ) -> None:
        with transaction(bot.owner.id):
            config = PostgresBotConfigs().get(bot.owner.id, bot.id)
            settings = replace(config.settings, target_chat_id=-1009)
            PostgresBotConfigs().save(replace(config, settings=settings))
        assert examined(bot)["member", -1009]["state"] == "failed"

    def test_that_telegram_lets_wait_is_paused(self, bot: ConnectedBot, group: Chat) -> None:
        with transaction(bot.owner.id):
            connection().execute(
                "INSERT INTO bot_chat_paces (config_id, chat_id, owner_id, sent, edited,"
                " paused_until) VALUES (%s, %s, %s, '{}', '{}', %s)",
                [bot.id, group.id, bot.owner.id, now() + HOUR],
            )
        assert state_of(bot, "pause", group) == "warning"

    def test_that_can_be_reached_again_is_approved_again(
        self, bot: ConnectedBot, group: Chat
    ) -> None:
        know(bot, group, ChatState.UNREACHABLE)
        group.members_may_send = False
        examined(bot)
        assert self.state(bot, group) is ChatState.UNREACHABLE
        group.members_may_send = True
        examined(bot)
        assert self.state(bot, group) is ChatState.APPROVED

    @pytest.mark.parametrize("state", [ChatState.PENDING, ChatState.REFUSED])
    def test_that_is_not_approved_is_not_examined(
        self, bot: ConnectedBot, group: Chat, state: ChatState
    ) -> None:
        know(bot, group, state)
        assert ("member", group.id) not in examined(bot)

    def state(self, bot: ConnectedBot, chat: Chat) -> ChatState:
        with transaction(bot.owner.id):
            return PostgresBotChats().get(bot.owner.id, bot.id, chat.id).state


def test_of_many_chats_the_newest_are_checked(
    bot: ConnectedBot, telegram: SimulatedTelegram, olga: User
) -> None:
    """Ask for all to see it fail: their answers may take longer than a route may."""
    for number in range(40):
        know(bot, founding.add_group(telegram.world, f"Group {number}", olga))
    examined(bot)
    asked = [one for one in telegram.api.calls if one.method == "getchat"]
    assert len(asked) == 30
