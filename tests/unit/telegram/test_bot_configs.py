"""Connecting, changing and disconnecting bots, with Telegram and the key service failing."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from mara.agents.errors import AgentNotFound
from mara.audit.model.deed import AuditAction
from mara.kernel.errors import DomainError
from mara.kernel.ids import new_id
from mara.kernel.page import PageRequest
from mara.telegram.errors import (
    BotAlreadyConnected,
    BotConfigNotFound,
    BotHasWebhook,
    InvalidBotToken,
    TelegramUnavailable,
    TokenOfOtherBot,
    WebhookRefused,
)
from mara.telegram.model.bot_config import BotState
from tests.support.bots import API, BotWorld, principal_of, settings_of, token_of


@pytest.fixture
def world() -> BotWorld:
    return BotWorld()


def failing(method: str, error: DomainError) -> Callable[[str], None]:
    def before(called: str) -> None:
        if called == method:
            raise error

    return before


class TestConnect:
    def test_sets_a_webhook_with_a_secret_of_its_own_and_drops_what_waits(
        self, world: BotWorld
    ) -> None:
        caller, agent_id = world.customer()
        token = world.bot()
        config = world.service.connect(caller, token, settings_of(agent_id))
        bot = world.api.bots[token]
        assert bot.webhook_url == f"{API}/{config.id}"
        assert bot.dropped == 1
        assert config.webhook_secret.accepts(bot.secret, world.now())
        assert not config.webhook_secret.accepts(bot.secret + "x", world.now())
        assert (config.state, config.profile) == (BotState.ACTIVE, bot.profile)
        assert world.views.get(caller, config.id) == config

    @pytest.mark.parametrize(
        "token", ["", "123", "123:short", "x:" + "a" * 35, "1:" + "ы" * 35, " 1:" + "a" * 35]
    )
    def test_refuses_a_malformed_token_before_telegram_is_asked(
        self, world: BotWorld, token: str
    ) -> None:
        caller, agent_id = world.customer()
        world.api.before = lambda _: pytest.fail("Telegram was asked")
        with pytest.raises(InvalidBotToken):
            world.service.connect(caller, token, settings_of(agent_id))
        assert world.stored() == (0, 0)

    def test_refuses_a_revoked_token_and_an_agent_of_another_account(self, world: BotWorld) -> None:
        caller, agent_id = world.customer()
        _, other_agent = world.customer()
        with pytest.raises(InvalidBotToken):
            world.service.connect(caller, token_of(5), settings_of(agent_id))
        with pytest.raises(AgentNotFound):
            world.service.connect(caller, world.bot(), settings_of(other_agent))
        assert world.stored() == (0, 0)

    def test_refuses_a_bot_that_any_account_has_connected_and_keeps_its_webhook(
        self, world: BotWorld
    ) -> None:
        caller, agent_id = world.customer()
        other, other_agent = world.customer()
        token = world.bot()
        config = world.service.connect(caller, token, settings_of(agent_id))
        for who, agent in ((other, other_agent), (caller, agent_id)):
            with pytest.raises(BotAlreadyConnected):
                world.service.connect(who, token, settings_of(agent), take_over=True)
        assert world.api.bots[token].webhook_url == f"{API}/{config.id}"
        assert world.stored() == (1, 1)

    def test_takes_the_webhook_of_another_program_over_only_if_it_is_asked_to(
        self, world: BotWorld
    ) -> None:
        caller, agent_id = world.customer()
        token = world.bot()
        world.api.bots[token].webhook_url = "https://other.example.com/hook"
        with pytest.raises(BotHasWebhook):
            world.service.connect(caller, token, settings_of(agent_id))
        assert world.stored() == (0, 0)
        assert world.api.bots[token].webhook_url == "https://other.example.com/hook"
        config = world.service.connect(caller, token, settings_of(agent_id), take_over=True)
        assert world.api.bots[token].webhook_url == f"{API}/{config.id}"

    @pytest.mark.parametrize("method", ["get_me", "get_webhook_url", "set_webhook"])
    @pytest.mark.parametrize(
        "error", [TelegramUnavailable("Try again."), WebhookRefused("No.", telegram="bad webhook")]
    )
    def test_stores_nothing_when_telegram_fails_and_succeeds_afterwards(
        self, world: BotWorld, method: str, error: DomainError
    ) -> None:
        caller, agent_id = world.customer()
        token = world.bot()
        world.api.before = failing(method, error)
        with pytest.raises(type(error)):
            world.service.connect(caller, token, settings_of(agent_id))
        assert world.stored() == (0, 0)
        world.api.before = lambda _: None
        assert world.service.connect(caller, token, settings_of(agent_id)).state is BotState.ACTIVE

    def test_stores_the_bot_before_telegram_can_send_an_update(self, world: BotWorld) -> None:
        """Store it after setWebhook to see it fail: the first update would be refused."""
        caller, agent_id = world.customer()
        token, seen = world.bot(), []

        def before(method: str) -> None:
            if method == "set_webhook":
                seen.append(world.stored())

        world.api.before = before
        world.service.connect(caller, token, settings_of(agent_id))
        assert seen == [(1, 1)]


class TestUpdate:
    def test_replaces_the_settings_and_asks_telegram_nothing(self, world: BotWorld) -> None:
        caller, agent_id = world.customer()
        config = world.service.connect(caller, world.bot(), settings_of(agent_id))
        world.api.before = lambda _: pytest.fail("Telegram was asked")
        changed = world.service.update(caller, config.id, settings_of(agent_id, "Night shift"))
        assert changed.settings.name == "Night shift"
        assert changed.webhook_secret == config.webhook_secret
        assert world.views.get(caller, config.id) == changed

    def test_with_a_new_token_sets_the_webhook_again_and_keeps_what_waits(
        self, world: BotWorld
    ) -> None:
        caller, agent_id = world.customer()
        token = world.bot()
        config = world.service.connect(caller, token, settings_of(agent_id))
        old = world.api.bots[token].secret
        replaced = token_of(1001, 2)
        world.api.bots[replaced] = world.api.bots.pop(token)
        changed = world.service.update(caller, config.id, config.settings, replaced)
        bot = world.api.bots[replaced]
        assert bot.dropped == 1
        assert bot.secret != old
        for secret, age, is_accepted in (
            (bot.secret, timedelta(), True),
            (old, timedelta(hours=23, minutes=59), True),
            (old, timedelta(hours=24), False),
            (bot.secret, timedelta(days=400), True),
        ):
            accepted = changed.webhook_secret.accepts(secret, world.now() + age)
            assert accepted is is_accepted, (secret, age)
        assert world.stored() == (1, 1)

    def test_with_the_token_of_another_bot_changes_nothing(self, world: BotWorld) -> None:
        caller, agent_id = world.customer()
        config = world.service.connect(caller, world.bot(), settings_of(agent_id))
        with pytest.raises(TokenOfOtherBot):
            world.service.update(caller, config.id, settings_of(agent_id, "new"), world.bot(2002))
        assert world.views.get(caller, config.id) == config

    def test_that_cannot_set_the_webhook_still_accepts_the_secret_that_telegram_has(
        self, world: BotWorld
    ) -> None:
        """Keep one former secret only to see it fail: the second try would lose Telegram's."""
        caller, agent_id = world.customer()
        token = world.bot()
        config = world.service.connect(caller, token, settings_of(agent_id))
        at_telegram = world.api.bots[token].secret
        world.api.before = failing("set_webhook", TelegramUnavailable("Try again."))
        for _ in range(3):
            with pytest.raises(TelegramUnavailable):
                world.service.update(caller, config.id, config.settings, token)
        kept = world.views.get(caller, config.id)
        assert kept.webhook_secret.accepts(at_telegram, world.now())
        world.api.before = lambda _: None
        changed = world.service.update(caller, config.id, config.settings, token)
        assert changed.webhook_secret.accepts(world.api.bots[token].secret, world.now())
        assert world.stored() == (1, 1)

    def test_of_a_bot_of_another_account_finds_none(self, world: BotWorld) -> None:
        caller, agent_id = world.customer()
        config = world.service.connect(caller, world.bot(), settings_of(agent_id))
        stranger, other_agent = world.customer()
        for call in (
            lambda: world.service.update(stranger, config.id, settings_of(other_agent)),
            lambda: world.views.get(stranger, config.id),
            lambda: world.service.disconnect(stranger, config.id),
        ):
            with pytest.raises(BotConfigNotFound):
                call()
        assert world.views.get(caller, config.id) == config


class TestDisconnect:
    def test_deletes_the_webhook_and_the_token_and_lets_the_bot_be_connected_again(
        self, world: BotWorld
    ) -> None:
        caller, agent_id = world.customer()
        token = world.bot()
        config = world.service.connect(caller, token, settings_of(agent_id))
        world.service.disconnect(caller, config.id)
        assert world.api.bots[token].webhook_url == ""
        assert world.stored() == (0, 0)
        assert list(world.database.committed.disconnected_bots) == [config.id]
        with pytest.raises(BotConfigNotFound):
            world.service.disconnect(caller, config.id)
        other, other_agent = world.customer()
        again = world.service.connect(other, token, settings_of(other_agent))
        assert again.id != config.id

    def test_of_a_revoked_token_needs_no_answer_of_telegram(self, world: BotWorld) -> None:
        caller, agent_id = world.customer()
        token = world.bot()
        config = world.service.connect(caller, token, settings_of(agent_id))
        del world.api.bots[token]
        world.service.disconnect(caller, config.id)
        assert world.stored() == (0, 0)

    def test_keeps_the_bot_while_telegram_does_not_answer(self, world: BotWorld) -> None:
        """Else Telegram would go on sending what the bot's chats say."""
        caller, agent_id = world.customer()
        config = world.service.connect(caller, world.bot(), settings_of(agent_id))
        world.api.before = failing("delete_webhook", TelegramUnavailable("Try again."))
        with pytest.raises(TelegramUnavailable):
            world.service.disconnect(caller, config.id)
        assert world.views.get(caller, config.id) == config


class TestList:
    def test_has_the_bots_of_the_caller_alone(self, world: BotWorld) -> None:
        caller, agent_id = world.customer()
        other, other_agent = world.customer()
        mine = [
            world.service.connect(caller, world.bot(n), settings_of(agent_id)) for n in (11, 12)
        ]
        world.service.connect(other, world.bot(13), settings_of(other_agent))
        page = world.views.list(caller, PageRequest.of(9, None, total=True))
        assert (list(page.items), page.total) == (mine[::-1], 2)
        assert not world.views.list(principal_of(new_id()), PageRequest.of(9, None)).items


def test_a_config_shows_no_secret() -> None:
    world = BotWorld()
    caller, agent_id = world.customer()
    token = world.bot()
    config = world.service.connect(caller, token, settings_of(agent_id))
    shown = repr(config)
    assert token not in shown
    assert world.api.bots[token].secret not in shown
    assert config.webhook_secret.current.hex() not in shown
    assert repr(config.webhook_secret.current) not in shown


def test_connecting_and_disconnecting_are_recorded(world: BotWorld) -> None:
    caller, agent_id = world.customer()
    config = world.service.connect(caller, world.bot(), settings_of(agent_id))
    world.service.disconnect(caller, config.id)
    found = world.database.committed.audit_rows.values()
    assert [(row.action, row.actor_id, row.object_id) for row in found] == [
        (action, caller.user_id, config.id)
        for action in (AuditAction.BOT_CONNECTED, AuditAction.BOT_DISCONNECTED)
    ]


def test_a_bot_that_cannot_be_stored_is_not_recorded(world: BotWorld) -> None:
    caller, agent_id = world.customer()
    token = world.bot()
    world.service.connect(caller, token, settings_of(agent_id))
    with pytest.raises(BotAlreadyConnected):
        world.service.connect(caller, token, settings_of(agent_id))
    assert len(world.database.committed.audit_rows) == 1
