"""The routes of chats, people and invitations, through the functions themselves."""

from typing import Any

from functions.api.telegram.create_bot_invitation.handler import handler as create_bot_invitation
from functions.api.telegram.list_bot_chats.handler import handler as list_bot_chats
from functions.api.telegram.list_bot_people.handler import handler as list_bot_people
from functions.api.telegram.remove_bot_person.handler import handler as remove_bot_person
from functions.api.telegram.set_bot_chat.handler import handler as set_bot_chat
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.clock import now
from mara.platform.database import connection, transaction
from mara.telegram.adapters.people import PostgresInvitations
from mara.telegram.model.person import PersonKind, hash_of_code
from tests.support.accounts import make_account
from tests.support.connected_telegram import CHAT_ID, PERSON_ID, ConnectedBot, give_chat
from tests.support.events import Answer, call


def decide(bot: ConnectedBot, state: str, chat_id: int = CHAT_ID) -> Answer:
    path = f"{bot.path}/chats/{chat_id}"
    return call(set_bot_chat, "PUT", path, headers=bot.owner.headers, body={"state": state})


def list_chats(bot: ConnectedBot, **query: str) -> Any:
    path = f"{bot.path}/chats"
    return call(list_bot_chats, "GET", path, headers=bot.owner.headers, query=query).json["items"]


class TestChats:
    def test_wait_for_the_owner_who_approves_or_refuses_them(self, bot: ConnectedBot) -> None:
        assert list_chats(bot) == []
        give_chat(bot.owner.id, bot.id)
        (chat,) = list_chats(bot, state="pending")
        assert (chat["chat_id"], chat["title"]) == (CHAT_ID, "On call")
        for state in ("approved", "refused", "approved"):
            assert decide(bot, state).json["state"] == state
        assert list_chats(bot, state="pending") == []
        assert len(list_chats(bot, state="approved", text="ON")) == 1

    def test_are_not_decided_twice(self, bot: ConnectedBot) -> None:
        give_chat(bot.owner.id, bot.id)
        assert decide(bot, "approved").json == decide(bot, "approved").json

    def test_that_the_bot_does_not_know_cannot_be_approved(self, bot: ConnectedBot) -> None:
        assert decide(bot, "approved").json["code"] == "bot_chat_not_found"
        give_chat(bot.owner.id, bot.id)
        assert decide(bot, "unreachable").status == 422
        assert decide(bot, "approved", 2**60).status == 422


class TestInvitations:
    def invite(self, bot: ConnectedBot, **body: str) -> Answer:
        path = f"{bot.path}/invitations"
        return call(create_bot_invitation, "POST", path, headers=bot.owner.headers, body=body)

    def test_are_links_with_a_code_that_is_kept_by_its_hash(self, bot: ConnectedBot) -> None:
        for body, makes in (({}, "invited"), ({"links": "owner"}, "owner")):
            answer = self.invite(bot, **body)
            assert (answer.status, answer.json["links"]) == (201, makes)
            head, _, code = answer.json["link"].partition("?start=")
            assert (head, len(code)) == ("https://t.me/runbook_bot", 22)
            with transaction(SYSTEM):
                rows = connection().execute("SELECT i::text FROM bot_invitations i").fetchall()
                taken = PostgresInvitations().take(bot.id, hash_of_code(code), now())
            assert code not in str(rows)
            assert taken
            assert taken.makes is PersonKind(makes)

    def test_of_another_accounts_bot_are_refused(self, bot: ConnectedBot) -> None:
        bot.owner = make_account("boris")
        assert self.invite(bot).json["code"] == "bot_config_not_found"


class TestPeople:
    def test_are_listed_and_removed(self, bot: ConnectedBot) -> None:
        give_chat(bot.owner.id, bot.id)
        headers = bot.owner.headers
        (person,) = call(list_bot_people, "GET", f"{bot.path}/people", headers=headers).json[
            "items"
        ]
        assert (person["telegram_id"], person["kind"]) == (PERSON_ID, "invited")
        path = f"{bot.path}/people/{PERSON_ID}"
        assert call(remove_bot_person, "DELETE", path, headers=headers).status == 204
        again = call(remove_bot_person, "DELETE", path, headers=headers)
        assert again.json["code"] == "bot_person_not_found"
