"""Edits of a bot's messages, and answers to presses of their buttons."""

from typing import Any

import pytest
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import AnswerCallbackQuery, EditMessageReplyMarkup, EditMessageText
from aiogram.types import InaccessibleMessage, InlineKeyboardButton, InlineKeyboardMarkup, Message

from infra.local.simulators.telegram import founding, groups, people
from tests.support.telegram import Scene, say


def keyboard(*data: str) -> InlineKeyboardMarkup:
    row = [InlineKeyboardButton(text=one, callback_data=one) for one in data]
    return InlineKeyboardMarkup(inline_keyboard=[row])


def edit(here: Scene, number: int, text: str, **more: Any) -> Message:
    method = EditMessageText(chat_id=here.group.id, message_id=number, text=text, **more)
    edited = here.ask(method)
    assert isinstance(edited, Message)
    return edited


class TestEdits:
    def test_change_the_text_and_take_the_buttons_away(self, here: Scene) -> None:
        sent = here.send("firing", reply_markup=keyboard("helped"))
        here.telegram.world.advance(5)
        edited = edit(here, sent.message_id, "resolved")
        assert (edited.text, edited.reply_markup) == ("resolved", None)
        assert edited.edit_date == int(here.telegram.world.now())

    def test_of_the_same_content_are_refused(self, here: Scene) -> None:
        sent = here.send("firing", reply_markup=keyboard("helped"))
        with pytest.raises(TelegramBadRequest, match="message is not modified"):
            edit(here, sent.message_id, " firing ", reply_markup=keyboard("helped"))
        assert edit(here, sent.message_id, "firing", reply_markup=keyboard("more")).reply_markup

    def test_of_buttons_alone_keep_the_text(self, here: Scene) -> None:
        sent = here.send("firing", reply_markup=keyboard("helped"))
        method = EditMessageReplyMarkup(chat_id=here.group.id, message_id=sent.message_id)
        edited = here.ask(method)
        assert isinstance(edited, Message)
        assert (edited.text, edited.reply_markup) == ("firing", None)
        with pytest.raises(TelegramBadRequest, match="message is not modified"):
            here.ask(method)

    def test_of_other_messages_are_refused(self, here: Scene) -> None:
        with pytest.raises(TelegramBadRequest, match="message to edit not found"):
            edit(here, 99, "x")
        with pytest.raises(TelegramBadRequest, match="message can't be edited"):
            edit(here, say(here, "mine"), "x")

    def test_have_the_limits_of_messages(self, here: Scene) -> None:
        sent = here.send("firing")
        with pytest.raises(TelegramBadRequest, match="MESSAGE_TOO_LONG"):
            edit(here, sent.message_id, "x" * 4097)
        with pytest.raises(TelegramBadRequest, match="message text is empty"):
            edit(here, sent.message_id, " ")


class TestPresses:
    def test_reach_the_bot_with_their_message(self, here: Scene) -> None:
        sent = here.send("firing", reply_markup=keyboard("helped"))
        people.press(here.telegram.world, here.group, here.ann, sent.message_id, "helped")
        query = here.updates()[0].callback_query
        assert query is not None
        assert (query.data, query.from_user.id) == ("helped", here.ann.id)
        assert isinstance(query.message, Message)
        assert query.message.text == "firing"

    def test_on_a_deleted_message_show_no_content(self, here: Scene) -> None:
        world = here.telegram.world
        sent = here.send("firing", reply_markup=keyboard("helped"))
        people.delete(world, here.group, sent.message_id)
        people.press(world, here.group, here.ann, sent.message_id, "helped")
        query = here.updates()[0].callback_query
        assert query is not None
        assert isinstance(query.message, InaccessibleMessage)

    def test_of_anonymous_administrators_have_their_account(self, here: Scene) -> None:
        groups.promote(here.telegram.world, here.group, here.ann, here.owner)
        groups.make_anonymous(here.telegram.world, here.group, here.ann, here.owner)
        sent = here.send("firing", reply_markup=keyboard("helped"))
        people.press(here.telegram.world, here.group, here.ann, sent.message_id, "helped")
        query = here.updates()[0].callback_query
        assert query is not None
        assert query.from_user.id == here.ann.id

    def test_live_for_150_seconds(self, here: Scene) -> None:
        sent = here.send("firing", reply_markup=keyboard("helped"))
        world = here.telegram.world
        query = people.press(world, here.group, here.ann, sent.message_id, "helped")
        answer = AnswerCallbackQuery(callback_query_id=query.id, text="Thank you")
        world.advance(150)
        assert here.ask(answer)
        assert query.answer == {"text": "Thank you", "show_alert": False}
        world.advance(1)
        with pytest.raises(TelegramBadRequest, match="query is too old"):
            here.ask(answer)

    def test_are_answered_by_their_bot_only(self, here: Scene) -> None:
        other = founding.add_bot(here.telegram.world, "other_bot")
        sent = here.send("firing", reply_markup=keyboard("helped"))
        world = here.telegram.world
        query = people.press(world, here.group, here.ann, sent.message_id, "helped")
        with pytest.raises(TelegramBadRequest, match="query ID is invalid"):
            here.ask(AnswerCallbackQuery(callback_query_id=query.id), other)

    def test_need_buttons(self, here: Scene) -> None:
        sent = here.send("firing")
        with pytest.raises(people.NotPossible):
            people.press(here.telegram.world, here.group, here.ann, sent.message_id, "x")
