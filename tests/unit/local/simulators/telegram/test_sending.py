"""Messages and files of bots: texts, entities, topics, replies, rights."""

import re

import pytest
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
)
from aiogram.methods import SendChatAction, SendDocument, SendMessage
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    MessageEntity,
    ReplyParameters,
)

from infra.local.simulators.telegram import founding, groups, people
from infra.local.simulators.telegram.model import RIGHTS
from tests.support.telegram import Scene, say


def bold(offset: int, length: int) -> MessageEntity:
    return MessageEntity(type="bold", offset=offset, length=length)


class TestTexts:
    def test_are_trimmed_with_their_entities(self, here: Scene) -> None:
        sent = here.send(" \n 🙂 disk full \n", entities=[bold(0, 5), bold(6, 9)])
        assert sent.text == "🙂 disk full"
        assert [(one.offset, one.length) for one in sent.entities or []] == [(0, 2), (3, 9)]

    @pytest.mark.parametrize("text", [" ", "\n \n", "\x00"])
    def test_that_are_empty_are_refused(self, here: Scene, text: str) -> None:
        with pytest.raises(TelegramBadRequest, match="message text is empty"):
            here.send(text)

    def test_have_4096_units_of_utf_16_at_most(self, here: Scene) -> None:
        assert here.send("🙂" * 2048).text == "🙂" * 2048
        with pytest.raises(TelegramBadRequest, match="message is too long"):
            here.send("🙂" * 2048 + "x")

    def test_have_100_entities_at_most_and_the_rest_is_ignored(self, here: Scene) -> None:
        entities = [bold(2 * number, 1) for number in range(120)]
        sent = here.send("x " * 120, entities=entities)
        assert len(sent.entities or []) == 100

    def test_lose_control_characters(self, here: Scene) -> None:
        assert here.send("a\x00b\tc\nd").text == "a b c\nd"

    @pytest.mark.parametrize(
        ("text", "entities", "words"),
        [
            ("ab", [bold(0, 3)], "ends after the end of the text at UTF-16 offset 3"),
            ("ab", [bold(-1, 1)], "incorrect offset"),
            ("🙂b", [bold(1, 2)], "entity begins in a middle of a UTF-16 symbol"),
            ("🙂b", [bold(0, 1)], "entity ends in a middle of a UTF-16 symbol"),
            ("abcdef", [bold(0, 3), bold(2, 3)], "offset 2 ends after the end of the text"),
        ],
    )
    def test_refuse_bad_entities(
        self, here: Scene, text: str, entities: list[MessageEntity], words: str
    ) -> None:
        with pytest.raises(TelegramBadRequest, match=re.escape(words)) as refused:
            here.send(text, entities=entities)
        assert "entity" in str(refused.value)

    def test_show_what_the_server_finds_in_them(self, here: Scene) -> None:
        text = "/start@runbook_bot see @olga https://a.example/x, #disk /etc/hosts a@b.example"
        found = here.send(text).entities or []
        assert [one.extract_from(text) for one in found] == [
            *("/start@runbook_bot", "@olga", "https://a.example/x", "#disk", "a@b.example"),
        ]

    def test_in_code_have_no_mentions(self, here: Scene) -> None:
        code = MessageEntity(type="code", offset=0, length=5)
        sent = here.send("@olga", entities=[code])
        assert [one.type for one in sent.entities or []] == ["code"]


class TestButtons:
    def test_are_kept(self, here: Scene) -> None:
        button = InlineKeyboardButton(text="Helped", callback_data="+1")
        sent = here.send(reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]]))
        assert sent.reply_markup is not None
        assert sent.reply_markup.inline_keyboard[0][0].callback_data == "+1"

    @pytest.mark.parametrize(
        "button",
        [
            InlineKeyboardButton(text="x", callback_data="я" * 33),
            InlineKeyboardButton(text="x"),
            InlineKeyboardButton(text="", callback_data="x"),
        ],
    )
    def test_without_sense_are_refused(self, here: Scene, button: InlineKeyboardButton) -> None:
        with pytest.raises(TelegramBadRequest):
            here.send(reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]]))


class TestReplies:
    def test_show_the_message(self, here: Scene) -> None:
        number = say(here, "disk?")
        sent = here.send(reply_parameters=ReplyParameters(message_id=number))
        assert sent.reply_to_message is not None
        assert sent.reply_to_message.text == "disk?"
        assert (sent.message_thread_id, sent.is_topic_message) == (number, None)

    def test_to_nothing_are_refused_unless_allowed(self, here: Scene) -> None:
        with pytest.raises(TelegramBadRequest, match="message to be replied not found"):
            here.send(reply_parameters=ReplyParameters(message_id=99))
        reply = ReplyParameters(message_id=99, allow_sending_without_reply=True)
        assert here.send(reply_parameters=reply).reply_to_message is None

    def test_have_a_thread_that_takes_no_messages(self, here: Scene) -> None:
        number = say(here, "disk?")
        with pytest.raises(TelegramBadRequest, match="message thread not found"):
            here.send(message_thread_id=number)


class TestTopics:
    def test_show_themselves(self, here: Scene) -> None:
        world = here.telegram.world
        forum = founding.add_group(world, "Forum", here.owner, is_forum=True)
        groups.add(world, forum, here.bot.user, here.owner)
        topic = groups.open_topic(world, forum, here.owner, "Disks")
        sent = here.send(chat=forum, message_thread_id=topic.id)
        assert (sent.message_thread_id, sent.is_topic_message) == (topic.id, True)
        assert here.send(chat=forum).message_thread_id is None
        reply = ReplyParameters(message_id=sent.message_id)
        assert here.send(chat=forum, reply_parameters=reply).message_thread_id == topic.id

    def test_that_are_closed_or_gone_are_refused(self, here: Scene) -> None:
        world = here.telegram.world
        forum = founding.add_group(world, "Forum", here.owner, is_forum=True)
        groups.add(world, forum, here.bot.user, here.owner)
        topic = groups.open_topic(world, forum, here.owner, "Disks")
        groups.close_topic(world, forum, here.owner, topic.id)
        groups.close_topic(world, forum, here.owner)
        for thread_id in (topic.id, None):
            with pytest.raises(TelegramBadRequest, match="TOPIC_CLOSED"):
                here.send(chat=forum, message_thread_id=thread_id)
        groups.promote(world, forum, here.bot.user, here.owner)
        assert here.send(chat=forum, message_thread_id=topic.id).message_thread_id == topic.id
        groups.delete_topic(world, forum, topic.id)
        with pytest.raises(TelegramBadRequest, match="message thread not found"):
            here.send(chat=forum, message_thread_id=topic.id)


class TestChats:
    def test_that_the_bot_does_not_know_are_not_found(self, here: Scene) -> None:
        other = founding.add_group(here.telegram.world, "Other", here.owner)
        stranger = founding.add_user(here.telegram.world, "Sam")
        for chat_id in (other.id, stranger.id, -5, "@nowhere"):
            with pytest.raises(TelegramBadRequest, match="chat not found"):
                here.ask(SendMessage(chat_id=chat_id, text="x"))

    def test_with_people_are_opened_by_them(self, here: Scene) -> None:
        with pytest.raises(TelegramForbiddenError, match="bot can't initiate conversation"):
            here.ask(SendMessage(chat_id=here.ann.id, text="x"))
        chat = people.private_chat(here.telegram.world, here.bot, here.ann)
        assert here.send(chat=chat).chat.id == here.ann.id
        people.block(here.telegram.world, chat)
        with pytest.raises(TelegramForbiddenError, match="bot was blocked by the user"):
            here.send(chat=chat)
        people.unblock(here.telegram.world, chat)
        here.ann.is_deactivated = True
        with pytest.raises(TelegramForbiddenError, match="user is deactivated"):
            here.send(chat=chat)

    def test_that_the_bot_left_or_was_kicked_from_are_refused(self, here: Scene) -> None:
        groups.remove(here.telegram.world, here.group, here.bot.user, here.bot.user)
        with pytest.raises(TelegramForbiddenError, match="not a member of the supergroup chat"):
            here.send()
        groups.remove(here.telegram.world, here.group, here.bot.user, here.owner)
        with pytest.raises(TelegramForbiddenError, match="kicked from the supergroup chat"):
            here.send()

    def test_without_rights_are_refused(self, here: Scene) -> None:
        words = "not enough rights to send text messages to the chat"
        groups.restrict(here.telegram.world, here.group, here.bot.user, here.owner)
        with pytest.raises(TelegramBadRequest, match=words):
            here.send()
        groups.demote(here.telegram.world, here.group, here.bot.user, here.owner)
        here.group.members_may_send = False
        with pytest.raises(TelegramBadRequest, match=words):
            here.send()
        groups.promote(here.telegram.world, here.group, here.bot.user, here.owner)
        assert here.send().text == "hello"

    def test_that_are_channels_want_an_administrator(self, here: Scene) -> None:
        world = here.telegram.world
        channel = founding.add_channel(world, "News", here.owner, "news")
        with pytest.raises(TelegramForbiddenError, match="not a member of the channel chat"):
            here.ask(SendMessage(chat_id="@news", text="x"))
        groups.add(world, channel, here.bot.user, here.owner)
        sent = here.ask(SendMessage(chat_id="@news", text="x"))
        assert (sent.from_user, sent.sender_chat and sent.sender_chat.id) == (None, channel.id)
        rights = RIGHTS - {"can_post_messages"}
        groups.promote(world, channel, here.bot.user, here.owner, rights)
        with pytest.raises(TelegramBadRequest, match="not enough rights"):
            here.send(chat=channel)
        groups.demote(world, channel, here.bot.user, here.owner)
        with pytest.raises(TelegramBadRequest, match="need administrator rights in the channel"):
            here.send(chat=channel)

    def test_that_became_supergroups_say_so(self, here: Scene) -> None:
        world = here.telegram.world
        basic = founding.add_group(world, "Basic", here.owner, is_super=False)
        groups.add(world, basic, here.bot.user, here.owner)
        here.updates()
        new = founding.upgrade(world, basic, here.owner)
        with pytest.raises(TelegramMigrateToChat) as refused:
            here.send(chat=basic)
        assert refused.value.migrate_to_chat_id == new.id
        assert here.send(chat=new).chat.id == new.id
        told = [update.message for update in here.updates() if update.message]
        assert [one.migrate_to_chat_id for one in told] == [new.id, None]
        assert [one.migrate_from_chat_id for one in told] == [None, basic.id]


class TestDocuments:
    def test_arrive_with_their_caption(self, here: Scene) -> None:
        file = BufferedInputFile("Раздел".encode(), "раздел.txt")
        sent = here.ask(SendDocument(chat_id=here.group.id, document=file, caption=" The file "))
        assert sent.document is not None
        assert (sent.document.file_name, sent.caption) == ("раздел.txt", "The file")
        assert here.group.messages[sent.message_id].content == "Раздел".encode()

    def test_have_1024_units_of_caption_and_are_not_empty(self, here: Scene) -> None:
        file = BufferedInputFile(b"x", "x.txt")
        with pytest.raises(TelegramBadRequest, match="message caption is too long"):
            here.ask(SendDocument(chat_id=here.group.id, document=file, caption="x" * 1025))
        with pytest.raises(TelegramBadRequest, match="file must be non-empty"):
            empty = BufferedInputFile(b"", "x.txt")
            here.ask(SendDocument(chat_id=here.group.id, document=empty))


class TestChatAction:
    def test_is_taken(self, here: Scene) -> None:
        assert here.ask(SendChatAction(chat_id=here.group.id, action="typing"))
        with pytest.raises(TelegramBadRequest, match="wrong parameter action"):
            here.ask(SendChatAction(chat_id=here.group.id, action="yawning"))
