"""The platform's bot and the links of users, through the functions and a simulated Telegram."""

from typing import Any

import psycopg
import pytest

from functions.api.telegram.get_telegram_account.handler import handler as get_telegram_account
from functions.api.telegram.link_telegram_account.handler import handler as link_telegram_account
from functions.api.telegram.unlink_telegram_account.handler import handler as unlink
from infra.local.simulators.telegram import founding, groups, people
from infra.local.simulators.telegram.model import User
from infra.local.simulators.telegram.server import SimulatedTelegram
from infra.local.simulators.telegram.webhooks import Settings, Webhook
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from mara.telegram.model.bot_config import BotLanguage, BotState
from mara.telegram.model.platform_bot import PLATFORM_ACCOUNT
from mara.telegram.model.platform_texts import PLATFORM_TEXTS, PlatformText
from tests.support.accounts import Account, make_account
from tests.support.canaries import tables_with
from tests.support.events import Answer, call
from tests.support.platform_bots import PATH, PlatformBot

EN, RU = BotLanguage.EN, BotLanguage.RU
Rows = psycopg.Connection[Any]
HELD = {"bot_updates", "bot_lanes", "bot_replies", "outgoing_messages", "bot_chat_paces"}
"""The tables of the bot's own rows on a person."""
KEPT = {"outgoing_messages", "bot_chat_paces"}
"""Of these, what is the account's own."""
NOTICE = """
    INSERT INTO outgoing_messages (id, config_id, owner_id, chat_id, priority, rank, parts, buttons,
        due_at, state, telegram_ids, attempts, is_plain)
    SELECT gen_random_uuid(), config_id, %s, chat_id, priority, rank, parts, buttons,
        now() + interval '1 hour', 'queued', '{}', 0, false
    FROM outgoing_messages LIMIT 1
"""


@pytest.fixture
def platform(
    database: str, telegram: SimulatedTelegram, monkeypatch: pytest.MonkeyPatch
) -> PlatformBot:
    return PlatformBot(telegram, monkeypatch)


def said(text: PlatformText, language: BotLanguage = EN) -> list[str]:
    return [PLATFORM_TEXTS[text][language].replace("{sent_days}", "30")]


def linked(account: Account) -> Any:
    return call(get_telegram_account, "GET", PATH, headers=account.headers).json


def events_of(account: Account) -> list[str]:
    """The names of the account's events of links that wait in the outbox."""
    with transaction(SYSTEM):
        query = (
            "SELECT body::jsonb->>'event' FROM outbox"
            " WHERE body::jsonb->>'owner_id' = %s AND body::jsonb->>'event' = 'telegram-unlinked'"
        )
        return [row[0] for row in connection().execute(query, [str(account.id)]).fetchall()]


def remove(account: Account) -> Answer:
    return call(unlink, "DELETE", PATH, headers=account.headers)


class TestPlatformBot:
    def test_is_connected_once_by_the_operators_token(self, platform: PlatformBot) -> None:
        config = platform.config()
        assert platform.tick() == {"platform_active": 1}
        assert platform.config() == config
        assert platform.bot.webhook is not None
        assert platform.bot.webhook.settings.url.endswith(f"/telegram/webhook/{config.id}")

    def test_refuses_updates_without_its_secret(self, platform: PlatformBot) -> None:
        assert platform.deliver(b'{"update_id": 1}', "wrong").status == 403

    def test_keeps_its_links_when_its_token_is_replaced(
        self, platform: PlatformBot, anna: Account
    ) -> None:
        platform.link(anna, platform.person())
        token = founding.revoke_token(platform.telegram.world, platform.bot)
        assert platform.set_token(token) == {"platform_active": 1}
        assert platform.bot.webhook is not None
        assert linked(anna)["state"] == "on"

    def test_sets_a_webhook_again_that_another_program_took(self, platform: PlatformBot) -> None:
        before = platform.bot.webhook
        dice = platform.telegram.world.dice
        platform.bot.webhook = Webhook(Settings("https://other.example.com/hook"), dice)
        with transaction(SYSTEM):
            connection().execute(
                "UPDATE bot_configs SET checked_at = checked_at - interval '1 hour',"
                " updated_at = updated_at - interval '1 hour'"
            )
        assert platform.tick() == {"webhook_taken": 1, "platform_active": 1}
        assert before is not None
        assert platform.bot.webhook.settings.url == before.settings.url

    def test_of_another_account_takes_its_place_without_its_links(
        self, platform: PlatformBot, anna: Account
    ) -> None:
        platform.link(anna, platform.person())
        former, platform.bot = platform.bot, founding.add_bot(platform.telegram.world, "other_bot")
        platform.set_token(platform.bot.token)
        assert former.webhook is None
        assert linked(anna)["state"] == "not_linked"
        assert platform.config().profile.username == "other_bot"

    def test_keeps_its_links_where_the_token_is_missing(
        self, platform: PlatformBot, anna: Account
    ) -> None:
        """A deployment that lost the secret must not delete the links of all users."""
        platform.link(anna, platform.person())
        assert platform.set_token("") == {}
        assert platform.bot.webhook is not None
        assert linked(anna)["state"] == "on"

    def test_that_was_never_connected_links_no_one(self, database: str, anna: Account) -> None:
        answer = call(link_telegram_account, "POST", f"{PATH}/link", headers=anna.headers)
        assert (answer.status, answer.json["code"]) == (503, "no_platform_bot")

    def test_cannot_be_connected_or_read_by_an_account(
        self, platform: PlatformBot, anna: Account
    ) -> None:
        with transaction(anna.id):
            assert connection().execute("SELECT id FROM bot_configs").fetchall() == []
        with transaction(SYSTEM):
            query = "SELECT active FROM users WHERE id = %s"
            assert connection().execute(query, [PLATFORM_ACCOUNT]).fetchone() == (False,)

    def test_that_is_revoked_links_no_one(self, platform: PlatformBot, anna: Account) -> None:
        founding.revoke_token(platform.telegram.world, platform.bot)
        with transaction(SYSTEM):
            connection().execute("UPDATE bot_configs SET state = 'token_revoked'")
        assert platform.tick() == {"platform_token_revoked": 1}
        answer = call(link_telegram_account, "POST", f"{PATH}/link", headers=anna.headers)
        assert answer.json["code"] == "no_platform_bot"
        assert platform.config().state is BotState.REVOKED


class TestLink:
    def test_is_made_once_by_the_code_of_a_user(self, platform: PlatformBot, anna: Account) -> None:
        ann, code = platform.person(), platform.code(anna)
        assert len(code) == 22
        assert linked(anna) == {
            "state": "not_linked",
            "telegram_id": None,
            "name": None,
            "linked_at": None,
        }
        assert platform.say(ann, f"/start {code}") == said(PlatformText.LINKED)
        found = linked(anna)
        assert (found["state"], found["telegram_id"], found["name"]) == ("on", ann.id, "Ann")
        assert platform.say(ann, f"/start {code}") == said(PlatformText.CODE_INVALID)

    def test_is_not_made_after_ten_minutes_nor_in_a_group(
        self, platform: PlatformBot, anna: Account
    ) -> None:
        ann, code = platform.person(), platform.code(anna)
        world = platform.telegram.world
        group = founding.add_group(world, "Ops", ann)
        groups.add(world, group, platform.bot.user, ann)
        people.say(world, group, ann, f"/start@mara_bot {code}")
        platform.work()
        assert linked(anna)["state"] == "not_linked"
        with transaction(SYSTEM):
            connection().execute(
                "UPDATE bot_invitations SET expires_at = expires_at - interval '10 minutes'"
            )
            assert connection().execute("SELECT id FROM bot_chats").fetchall() == []
        assert platform.say(ann, f"/start {code}") == said(PlatformText.CODE_INVALID)

    def test_takes_no_telegram_account_from_another_user(
        self, platform: PlatformBot, anna: Account
    ) -> None:
        boris, ann = make_account("boris"), platform.person()
        platform.link(anna, ann)
        assert platform.link(boris, ann) == said(PlatformText.LINKED_TO_OTHER)
        assert (linked(anna)["state"], linked(boris)["state"]) == ("on", "not_linked")
        assert remove(anna).status == 204
        assert platform.link(boris, ann) == said(PlatformText.LINKED)

    def test_replaces_the_one_before(self, platform: PlatformBot, anna: Account) -> None:
        phone, other = platform.person(), platform.person("Anna", "ru")
        platform.link(anna, phone)
        assert platform.link(anna, other) == said(PlatformText.LINKED, RU)
        assert linked(anna)["telegram_id"] == other.id
        assert platform.say(phone, "hello") == said(PlatformText.NOT_LINKED)

    def test_is_removed_once(self, platform: PlatformBot, anna: Account) -> None:
        platform.link(anna, platform.person())
        assert remove(anna).status == 204
        assert linked(anna)["state"] == "not_linked"
        assert remove(anna).json["code"] == "account_not_linked"

    def test_is_off_while_the_person_blocks_the_bot(
        self, platform: PlatformBot, anna: Account
    ) -> None:
        ann = platform.person()
        platform.link(anna, ann)
        platform.block(ann)
        assert linked(anna)["state"] == "off"
        platform.block(ann, ends=True)
        assert linked(anna)["state"] == "on"


class TestUnlink:
    def test_asks_in_the_language_of_the_account(
        self, platform: PlatformBot, anna: Account
    ) -> None:
        ann = platform.person(language="ru")
        platform.link(anna, ann)
        assert platform.say(ann, "/unlink") == said(PlatformText.UNLINK_ASKED)
        assert linked(anna)["state"] == "on"

    def test_removes_the_link_once_it_is_confirmed_and_notifies_the_owner(
        self, platform: PlatformBot, anna: Account
    ) -> None:
        ann = platform.person()
        platform.link(anna, ann)
        assert "/unlink_yes" in platform.say(ann, "/unlink")[0]
        assert platform.say(ann, "/unlink_yes") == said(PlatformText.UNLINKED)
        assert linked(anna)["state"] == "not_linked"
        assert events_of(anna) == ["telegram-unlinked"]
        assert platform.say(ann, "/unlink_yes") == said(PlatformText.NOT_LINKED)
        assert events_of(anna) == ["telegram-unlinked"]

    def test_lets_who_opened_the_link_of_a_stranger_leave_for_an_own_account(
        self, platform: PlatformBot, anna: Account
    ) -> None:
        boris, ann = make_account("boris"), platform.person()
        platform.link(boris, ann)
        assert platform.link(anna, ann) == said(PlatformText.LINKED_TO_OTHER)
        platform.say(ann, "/unlink_yes")
        assert platform.link(anna, ann) == said(PlatformText.LINKED)
        assert (linked(anna)["state"], linked(boris)["state"]) == ("on", "not_linked")

    def test_is_named_by_the_help(self, platform: PlatformBot, anna: Account) -> None:
        ann = platform.person()
        platform.link(anna, ann)
        assert "/unlink" in platform.say(ann, "/help")[0]


class TestForgetting:
    """Later nothing would tell whose the person was."""

    def test_by_the_owner_leaves_nothing_of_the_person(
        self, platform: PlatformBot, anna: Account, past_the_rules: Rows
    ) -> None:
        ann, stranger = platform.person(), platform.person("Boris")
        platform.say(stranger, "hello")
        platform.link(anna, ann)
        platform.say(ann, "/help")
        assert left_of(ann, past_the_rules) > HELD
        remove(anna)
        assert left_of(ann, past_the_rules) == set()
        assert left_of(stranger, past_the_rules) == HELD

    def test_for_another_leaves_nothing_of_the_one_before(
        self, platform: PlatformBot, anna: Account, past_the_rules: Rows
    ) -> None:
        phone, other = platform.person(), platform.person("Anna")
        platform.link(anna, phone)
        platform.link(anna, other)
        assert left_of(phone, past_the_rules) == set()
        assert left_of(other, past_the_rules) > HELD

    def test_in_the_chat_leaves_its_answers_as_messages_of_the_account(
        self, platform: PlatformBot, anna: Account, past_the_rules: Rows
    ) -> None:
        ann = platform.person()
        platform.link(anna, ann)
        platform.say(ann, "/unlink")
        assert platform.say(ann, "/unlink_yes") == said(PlatformText.UNLINKED)
        assert left_of(ann, past_the_rules) == KEPT
        for table in KEPT:
            found = past_the_rules.execute(f"SELECT DISTINCT owner_id FROM {table}").fetchall()
            assert found == [(anna.id,)]

    def test_leaves_messages_of_the_account_and_the_pace_of_those_that_wait(
        self, platform: PlatformBot, anna: Account, past_the_rules: Rows
    ) -> None:
        """An edit of an alert whose message is gone would be sent as a new one."""
        ann = platform.person()
        platform.link(anna, ann)
        platform.say(ann, "/help")
        past_the_rules.execute(NOTICE, [anna.id])
        remove(anna)
        assert left_of(ann, past_the_rules) == KEPT
        for table in KEPT:
            found = past_the_rules.execute(f"SELECT DISTINCT owner_id FROM {table}").fetchall()
            assert found == [(anna.id,)]

    def test_in_the_chat_keeps_what_waits_behind_it(
        self, platform: PlatformBot, anna: Account, past_the_rules: Rows
    ) -> None:
        ann = platform.person()
        platform.link(anna, ann)
        world = platform.telegram.world
        people.say(world, platform.chat(ann), ann, "/unlink_yes")
        assert platform.say(ann, "hello") == [
            *said(PlatformText.UNLINKED),
            *said(PlatformText.NOT_LINKED),
        ]
        assert left_of(ann, past_the_rules) == HELD


def left_of(person: User, link: Rows) -> set[str]:
    """The tables that have the id of the person, but for messages on their way to queues."""
    return tables_with(link, str(person.id)) - {"outbox"}


class TestTalk:
    def test_tells_a_stranger_once_a_day_what_the_bot_is_for(self, platform: PlatformBot) -> None:
        stranger = platform.person()
        assert platform.say(stranger, "hello") == said(PlatformText.NOT_LINKED)
        assert platform.say(stranger, "hello?") == []

    def test_answers_help_and_privacy(self, platform: PlatformBot, anna: Account) -> None:
        ann = platform.person()
        platform.link(anna, ann)
        assert platform.say(ann, "/help") == said(PlatformText.HELP)
        assert platform.say(ann, "/privacy") == said(PlatformText.PRIVACY)

    def test_bears_ten_codes_a_day_of_a_person(self, platform: PlatformBot) -> None:
        ann = platform.person()
        answers = [platform.say(ann, f"/start {'x' * 22}") for _ in range(11)]
        assert answers == [said(PlatformText.CODE_INVALID)] * 10 + [[]]
