"""What a message wants of a bot."""

import pytest

from mara.telegram.model.bot_reply import ReplyKind
from mara.telegram.model.chat_command import CommandName, command_of
from mara.telegram.model.chat_question import QUESTION_MAX, question_of_message
from mara.telegram.model.incoming import IncomingMessage, Mention, Replied
from mara.telegram.model.wish import Wish, wish_of
from tests.support.bot_messages import ANN, BOT, GROUP, OTHER_BOT, in_group, make_message


def wish(message: IncomingMessage, *, may_ask: bool = True) -> Wish | None:
    assert message.sender is not None
    return wish_of(message, message.sender, BOT, may_ask=may_ask)


def question(message: IncomingMessage) -> str | None:
    return question_of_message(message, BOT)


class TestQuestions:
    def test_are_all_messages_in_private(self) -> None:
        assert question(make_message(" Disk? ")) == "Disk?"
        assert question(make_message("")) == ""

    def test_name_the_bot_in_groups(self) -> None:
        assert question(in_group("@Runbook_Bot, disk?", mentions="Runbook_Bot")) == "disk?"
        assert question(in_group("disk? @runbook_bot", mentions="runbook_bot")) == "disk?"
        assert question(in_group("disk? @other_bot", mentions="other_bot")) is None
        assert question(in_group("disk?")) is None

    def test_name_the_bot_by_its_id(self) -> None:
        named = make_message("Bot disk?", chat=GROUP, mentions=(Mention(0, 3, None, 7001),))
        assert question(named) == "disk?"

    def test_reply_to_the_bot_in_groups(self) -> None:
        assert question(in_group("and then?", replies_to=7001)) == "and then?"
        assert question(in_group("and then?", replies_to=11)) is None

    def test_are_about_what_a_mere_mention_replies_to(self) -> None:
        asked = in_group("@runbook_bot", mentions="runbook_bot", replies_to=11)
        assert question(asked) == "What was said"

    def test_are_cut_to_the_length_of_the_api(self) -> None:
        assert question(make_message("x" * 4096)) == "x" * QUESTION_MAX


class TestCommands:
    @pytest.mark.parametrize(
        ("text", "name", "argument"),
        [
            ("/help", CommandName.HELP, ""),
            ("/HELP@runbook_bot", CommandName.HELP, ""),
            ("/start  code ", CommandName.START, "code"),
            ("/ask@Runbook_bot disk\nfull?", CommandName.ASK, "disk\nfull?"),
            ("/dance", CommandName.UNKNOWN, ""),
        ],
    )
    def test_are_read(self, text: str, name: CommandName, argument: str) -> None:
        found = command_of(make_message(text), BOT)
        assert found is not None
        assert (found.name, found.argument) == (name, argument)

    @pytest.mark.parametrize("text", ["/help@other_bot", "/", "/ help", "help", "a /help", "/é"])
    def test_are_of_this_bot_only(self, text: str) -> None:
        assert command_of(make_message(text), BOT) is None


class TestWish:
    def test_is_a_question(self) -> None:
        assert wish(make_message("Disk?")) == Wish(ReplyKind.QUESTION, "Disk?")
        assert wish(make_message("/ask Disk?")) == Wish(ReplyKind.QUESTION, "Disk?")

    def test_is_silence_for_what_is_not_for_the_bot(self) -> None:
        assert wish(in_group("Disk?")) is None
        assert wish(in_group("/help@other_bot")) is None
        assert wish(in_group("/dance")) is None

    @pytest.mark.parametrize("command", ["/status", "/balance"])
    def test_is_silence_for_reports_in_groups(self, command: str) -> None:
        assert wish(in_group(command)) is None
        assert wish(make_message(command)) is not None

    def test_of_a_stranger_is_refused_in_private_only(self) -> None:
        for text in ("Disk?", "/help", "/balance", "/ask Disk?", "/start", ""):
            assert wish(make_message(text), may_ask=False) == Wish(ReplyKind.DECLINED)
            assert wish(make_message(text, chat=GROUP), may_ask=False) is None

    def test_of_a_stranger_may_be_an_invitation(self) -> None:
        found = wish(make_message("/start abc"), may_ask=False)
        assert found is not None
        assert found.kind is ReplyKind.CODE
        assert wish(make_message("/start abc", chat=GROUP), may_ask=False) is None

    def test_of_another_bot_is_a_reply_or_a_mention(self) -> None:
        reply = make_message("Disk?", chat=GROUP, sender=OTHER_BOT, replied=Replied(7001))
        assert wish(reply) == Wish(ReplyKind.BOT_QUESTION, "Disk?")
        for text in ("Disk?", "/help", "/ask Disk?"):
            assert wish(make_message(text, chat=GROUP, sender=OTHER_BOT)) is None
        assert wish(make_message("Disk?", sender=OTHER_BOT)) is None
        assert ANN.kind is not OTHER_BOT.kind
