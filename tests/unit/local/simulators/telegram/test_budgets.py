"""What a bot may send in a time, and how a refusal is shown."""

import pytest
from aiogram.exceptions import TelegramRetryAfter
from aiogram.methods import AnswerCallbackQuery, EditMessageText, SendChatAction
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from infra.local.simulators.telegram import founding, groups, people
from infra.local.simulators.telegram.budgets import Budgets, Limit, Limits
from infra.local.simulators.telegram.errors import ApiError
from infra.local.simulators.telegram.model import Chat, ChatType
from tests.support.telegram import Scene

GROUP, OTHER = Chat(-1, ChatType.GROUP), Chat(-2, ChatType.GROUP)
PERSON = Chat(1, ChatType.PRIVATE)


def wait_of(budgets: Budgets, chat: Chat, now: float) -> int:
    with pytest.raises(ApiError) as refused:
        budgets.spend(7, chat, now)
    assert refused.value.parameters is not None
    wait = refused.value.parameters["retry_after"]
    assert isinstance(wait, int)
    return wait


class TestBudgets:
    def test_of_a_group_are_20_a_minute(self) -> None:
        budgets = Budgets()
        for second in range(20):
            budgets.spend(7, GROUP, second)
        assert wait_of(budgets, GROUP, 20.0) == 40
        budgets.spend(7, OTHER, 20.0)
        budgets.spend(7, GROUP, 60.0)

    def test_of_a_chat_allow_short_bursts(self) -> None:
        budgets = Budgets()
        for _ in range(3):
            budgets.spend(7, PERSON, 0.5)
        assert wait_of(budgets, PERSON, 0.6) == 3

    def test_of_a_bot_are_30_a_second_in_all_chats(self) -> None:
        budgets = Budgets()
        for number in range(30):
            budgets.spend(7, Chat(number + 1, ChatType.PRIVATE), 0.0)
        assert wait_of(budgets, PERSON, 0.1) == 1
        budgets.spend(8, PERSON, 0.1)

    def test_count_what_comes_too_early(self) -> None:
        budgets = Budgets(Limits(chat=Limit(1, 10.0)))
        budgets.spend(7, PERSON, 0.0)
        assert wait_of(budgets, PERSON, 1.0) == 9
        assert budgets.early == 0
        assert wait_of(budgets, PERSON, 5.0) == 5
        assert budgets.early == 1
        budgets.spend(7, PERSON, 10.0)

    def test_change_while_they_are_used(self) -> None:
        budgets = Budgets()
        for second in range(10):
            budgets.spend(7, GROUP, 4.0 * second)
        budgets.limits = Limits(group=Limit(5, 60.0), retry_after_s=33)
        assert wait_of(budgets, GROUP, 40.0) == 33

    def test_that_are_smaller_than_what_was_sent_wait_for_the_rest(self) -> None:
        budgets = Budgets()
        for second in range(10):
            budgets.spend(7, GROUP, 4.0 * second)
        budgets.limits = Limits(group=Limit(5, 60.0))
        assert wait_of(budgets, GROUP, 40.0) == 40

    def test_can_be_paused(self) -> None:
        budgets = Budgets()
        budgets.pause(7, None, 300, 0.0)
        assert wait_of(budgets, PERSON, 1.0) == 299


class TestRefusals:
    def test_name_the_time_to_wait(self, here: Scene) -> None:
        here.telegram.world.budgets.limits = Limits(chat=Limit(1, 7.0))
        sent = here.send()
        with pytest.raises(TelegramRetryAfter) as refused:
            here.send()
        assert refused.value.retry_after == 7
        edit = EditMessageText(chat_id=here.group.id, message_id=sent.message_id, text="x")
        with pytest.raises(TelegramRetryAfter):
            here.ask(edit)
        here.telegram.world.advance(7)
        assert here.ask(edit)

    def test_do_not_concern_answers_to_presses_and_signs(self, here: Scene) -> None:
        world = here.telegram.world
        world.budgets.limits = Limits(chat=Limit(1, 7.0))
        button = InlineKeyboardButton(text="x", callback_data="x")
        sent = here.send(reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]]))
        for _ in range(3):
            query = people.press(world, here.group, here.ann, sent.message_id, "x")
            assert here.ask(AnswerCallbackQuery(callback_query_id=query.id))
            assert here.ask(SendChatAction(chat_id=here.group.id, action="typing"))

    def test_leave_other_chats_alone(self, here: Scene) -> None:
        world = here.telegram.world
        world.budgets.limits = Limits(chat=Limit(1, 7.0))
        other = founding.add_group(world, "Other", here.owner)
        groups.add(world, other, here.bot.user, here.owner)
        here.send()
        with pytest.raises(TelegramRetryAfter):
            here.send()
        assert here.send(chat=other).text == "hello"
