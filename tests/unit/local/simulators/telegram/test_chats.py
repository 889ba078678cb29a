"""Chats and their members, as bots ask for them."""

import pytest
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.methods import GetChat, GetChatAdministrators, GetChatMember, LeaveChat

from infra.local.simulators.telegram import founding, groups, people
from tests.support.telegram import Scene


class TestGetChat:
    def test_shows_kind_and_discussion_group(self, here: Scene) -> None:
        world = here.telegram.world
        channel = founding.add_channel(world, "News", here.owner)
        founding.link(world, channel, here.group)
        seen = here.ask(GetChat(chat_id=here.group.id))
        assert (seen.type, seen.title, seen.linked_chat_id) == (
            *("supergroup", "On call"),
            channel.id,
        )

    def test_shows_a_forum(self, here: Scene) -> None:
        world = here.telegram.world
        forum = founding.add_group(world, "Forum", here.owner, is_forum=True)
        groups.add(world, forum, here.bot.user, here.owner)
        assert here.ask(GetChat(chat_id=forum.id)).is_forum is True

    def test_shows_a_person_who_blocked_the_bot(self, here: Scene) -> None:
        chat = people.private_chat(here.telegram.world, here.bot, here.ann)
        people.block(here.telegram.world, chat)
        assert here.ask(GetChat(chat_id=chat.id)).first_name == "Ann"

    def test_is_refused_after_a_kick(self, here: Scene) -> None:
        groups.remove(here.telegram.world, here.group, here.bot.user, here.owner)
        with pytest.raises(TelegramForbiddenError):
            here.ask(GetChat(chat_id=here.group.id))


class TestMembers:
    def test_are_shown_to_administrators(self, here: Scene) -> None:
        asked = GetChatMember(chat_id=here.group.id, user_id=here.ann.id)
        with pytest.raises(TelegramBadRequest, match="CHAT_ADMIN_REQUIRED"):
            here.ask(asked)
        groups.promote(here.telegram.world, here.group, here.bot.user, here.owner)
        assert here.ask(asked).status == "member"
        groups.restrict(here.telegram.world, here.group, here.ann, here.owner)
        assert here.ask(asked).status == "restricted"
        groups.remove(here.telegram.world, here.group, here.ann, here.owner)
        assert here.ask(asked).status == "kicked"
        stranger = founding.add_user(here.telegram.world, "Sam")
        assert here.ask(GetChatMember(chat_id=here.group.id, user_id=stranger.id)).status == "left"

    def test_that_are_the_bot_are_shown_to_it(self, here: Scene) -> None:
        asked = GetChatMember(chat_id=here.group.id, user_id=here.bot.id)
        assert here.ask(asked).status == "member"
        with pytest.raises(TelegramBadRequest, match="invalid user_id"):
            here.ask(GetChatMember(chat_id=here.group.id, user_id=5))

    def test_that_administer_are_listed_without_other_bots(self, here: Scene) -> None:
        world = here.telegram.world
        other = founding.add_bot(world, "other_bot")
        groups.promote(world, here.group, other.user, here.owner)
        groups.promote(world, here.group, here.bot.user, here.owner)
        listed = here.ask(GetChatAdministrators(chat_id=here.group.id))
        assert [(one.status, one.user.id) for one in listed] == [
            ("creator", here.owner.id),
            ("administrator", here.bot.id),
        ]


class TestLeaveChat:
    def test_ends_the_membership(self, here: Scene) -> None:
        assert here.ask(LeaveChat(chat_id=here.group.id))
        with pytest.raises(TelegramForbiddenError, match="not a member"):
            here.send()
        assert "my_chat_member" in here.kinds()
