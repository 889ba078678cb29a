"""Sending by aiogram, against the simulated Telegram: each row of the table of errors."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from infra.local.simulators.telegram import founding, groups, people
from infra.local.simulators.telegram.clock import Clock
from infra.local.simulators.telegram.faults import Fault, Kind
from infra.local.simulators.telegram.model import Message
from infra.local.simulators.telegram.server import simulated_telegram
from infra.local.simulators.telegram.world import World
from mara.telegram.adapters import aiogram_sender
from mara.telegram.adapters.aiogram_sender import AiogramSender
from mara.telegram.adapters.aiogram_signs import AiogramChatSigns
from mara.telegram.errors import InvalidBotToken, TelegramUnavailable
from mara.telegram.model.formatted_text import FormattedText, Span, TextFormat
from mara.telegram.model.outgoing import Button, OutgoingFile
from mara.telegram.model.sending import SendOutcome, SendRequest, SendResult
from mara.telegram.model.standing import ChatStanding, Standing
from tests.support.ports import free_port
from tests.support.telegram import NOON, Scene, say, scene

HELLO = FormattedText.of("hello")


@pytest.fixture
def here() -> Iterator[Scene]:
    with simulated_telegram(free_port(), World(Clock(NOON))) as telegram:
        yield scene(telegram)


def token(here: Scene) -> bytearray:
    return bytearray(here.bot.token.encode())


def send(here: Scene, text: FormattedText = HELLO, **more: Any) -> SendOutcome:
    asked: dict[str, Any] = {"chat_id": here.group.id, "text": text} | more
    request = SendRequest(**asked)
    with AiogramSender(here.telegram.url).open(token(here)) as session:
        return session.submit(request).result()


def message(here: Scene, telegram_id: int) -> Message:
    return here.group.messages[telegram_id]


class TestSend:
    def test_sends_a_text_with_formats_buttons_and_a_reply(self, here: Scene) -> None:
        asked = say(here, "what now?")
        link = Span("runbook", TextFormat.TEXT_LINK, "https://example.com/")
        text = FormattedText.of("Диск 🔥: ", Span("df -h", TextFormat.CODE), ", see ", link)
        buttons = ((Button("👍", "h:1"), Button("Open", url="https://example.com/")),)
        outcome = send(here, text, buttons=buttons, reply_to=asked)
        assert outcome.kind is SendResult.SENT
        sent = message(here, outcome.telegram_id)
        assert (sent.text, sent.reply_to) == (text.text, asked)
        assert [(one["type"], one["offset"]) for one in sent.entities] == [
            ("code", 9),
            ("text_link", 20),
        ]
        (row,) = sent.buttons
        assert [one.get("callback_data") for one in row] == ["h:1", None]

    def test_sends_a_file(self, here: Scene) -> None:
        outcome = send(here, FormattedText(), file=OutgoingFile("section.txt", b"restart it"))
        sent = message(here, outcome.telegram_id)
        assert sent.document is not None
        assert (sent.document["file_name"], sent.content) == ("section.txt", b"restart it")

    def test_sends_to_a_topic(self, here: Scene) -> None:
        world = here.telegram.world
        forum = founding.add_group(world, "Forum", here.owner, is_forum=True)
        groups.add(world, forum, here.bot.user, here.owner)
        topic = groups.open_topic(world, forum, here.owner, "Disks")
        outcome = send(here, chat_id=forum.id, thread_id=topic.id)
        assert forum.messages[outcome.telegram_id].thread_id == topic.id

    def test_edits_a_message(self, here: Scene) -> None:
        sent = send(here).telegram_id
        here.telegram.world.advance(60)
        edited = send(here, FormattedText.of("resolved"), edits=sent)
        assert (edited.kind, edited.telegram_id) == (SendResult.SENT, sent)
        assert message(here, sent).text == "resolved"

    def test_sends_beside_others_and_waits_for_all_at_the_end(self, here: Scene) -> None:
        chats = [people.private_chat(here.telegram.world, here.bot, here.ann), here.group]
        with AiogramSender(here.telegram.url).open(token(here)) as session:
            futures = [session.submit(SendRequest(chat.id, HELLO)) for chat in chats]
        assert [one.result().kind for one in futures] == [SendResult.SENT] * 2


class TestErrors:
    """The words are those that the simulator has from Telegram's source."""

    def test_a_missing_reply_is_none(self, here: Scene) -> None:
        outcome = send(here, reply_to=999)
        assert message(here, outcome.telegram_id).reply_to is None

    def test_too_many_requests_name_their_wait(self, here: Scene) -> None:
        here.telegram.world.budgets.pause(here.bot.id, here.group.id, 37, NOON)
        outcome = send(here)
        assert (outcome.kind, outcome.retry_after) == (SendResult.POSTPONED, timedelta(seconds=37))

    def test_an_upgraded_group_names_its_supergroup(self, here: Scene) -> None:
        world = here.telegram.world
        group = founding.add_group(world, "Old", here.owner, is_super=False)
        groups.add(world, group, here.bot.user, here.owner)
        supergroup = founding.upgrade(world, group, here.owner)
        outcome = send(here, chat_id=group.id)
        assert (outcome.kind, outcome.chat_id) == (SendResult.MIGRATED, supergroup.id)

    def test_entities_that_are_refused(self, here: Scene) -> None:
        description = "Bad Request: can't parse entities: ENTITY_BOUNDS_INVALID"
        here.telegram.api.faults.order(Fault(Kind.REFUSED, code=400, description=description))
        assert send(here).kind is SendResult.BAD_ENTITIES

    def test_a_topic_that_is_gone_or_closed(self, here: Scene) -> None:
        world = here.telegram.world
        forum = founding.add_group(world, "Forum", here.owner, is_forum=True)
        groups.add(world, forum, here.bot.user, here.owner)
        topic = groups.open_topic(world, forum, here.owner, "Disks")
        groups.close_topic(world, forum, here.owner, topic.id)
        for thread_id in (topic.id, 999):
            assert send(here, chat_id=forum.id, thread_id=thread_id).kind is SendResult.NO_TOPIC

    def test_an_edit_that_changes_nothing_or_is_impossible(self, here: Scene) -> None:
        sent = send(here).telegram_id
        assert send(here, edits=sent).kind is SendResult.NOT_MODIFIED
        assert send(here, edits=999).kind is SendResult.NO_EDIT
        assert send(here, edits=say(here, "mine")).kind is SendResult.NO_EDIT

    def test_a_chat_where_the_bot_may_not_write(self, here: Scene) -> None:
        world = here.telegram.world
        assert send(here, chat_id=-999).kind is SendResult.UNREACHABLE
        groups.restrict(world, here.group, here.bot.user, here.owner)
        assert send(here).kind is SendResult.UNREACHABLE
        groups.remove(world, here.group, here.bot.user, here.owner)
        assert send(here).kind is SendResult.UNREACHABLE
        private = people.private_chat(world, here.bot, here.ann)
        people.block(world, private)
        outcome = send(here, chat_id=here.ann.id)
        assert outcome == SendOutcome(
            SendResult.UNREACHABLE, "Forbidden: bot was blocked by the user"
        )
        channel = founding.add_channel(world, "News", here.owner)
        groups.add(world, channel, here.bot.user, here.owner)
        groups.demote(world, channel, here.bot.user, here.owner)
        assert send(here, chat_id=channel.id).kind is SendResult.UNREACHABLE

    def test_a_revoked_token(self, here: Scene) -> None:
        old = token(here)
        founding.revoke_token(here.telegram.world, here.bot)
        with AiogramSender(here.telegram.url).open(old) as session:
            outcome = session.submit(SendRequest(here.group.id, HELLO)).result()
        assert outcome.kind is SendResult.REVOKED

    @pytest.mark.parametrize(
        "fault",
        [
            Fault(Kind.REFUSED),
            Fault(Kind.REFUSED, code=502, description="Bad Gateway"),
            Fault(Kind.LOST),
            Fault(Kind.LOST, performed=True),
            Fault(Kind.SILENT),
        ],
        ids=lambda fault: f"{fault.kind.value} {fault.code} {fault.performed}",
    )
    def test_a_fault_that_may_pass(
        self, here: Scene, fault: Fault, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(aiogram_sender, "TIMEOUT_S", 0.5)
        here.telegram.api.faults.order(fault)
        outcome = send(here)
        assert outcome.kind is SendResult.FAULT
        assert here.bot.token not in outcome.words

    def test_any_other_refusal_in_its_words(self, here: Scene) -> None:
        outcome = send(here, FormattedText.of("x" * 4097))
        assert outcome == SendOutcome(SendResult.REFUSED, "Bad Request: message is too long")

    def test_no_server_at_all(self, here: Scene) -> None:
        with AiogramSender(f"http://127.0.0.1:{free_port()}").open(token(here)) as session:
            outcome = session.submit(SendRequest(1, HELLO)).result()
        assert outcome.kind is SendResult.FAULT
        assert here.bot.token not in outcome.words

    def test_a_text_that_is_no_token(self, here: Scene) -> None:
        sender = AiogramSender(here.telegram.url)
        with pytest.raises(InvalidBotToken), sender.open(bytearray(b"no token")):
            pass


class TestChatSigns:
    def test_answers_a_press_while_it_lives(self, here: Scene) -> None:
        signs, world = AiogramChatSigns(here.telegram.url), here.telegram.world
        sent = send(here, buttons=((Button("Helped", "h:1"),),)).telegram_id
        press = people.press(world, here.group, here.ann, sent, "h:1")
        assert signs.answer_press(token(here), press.id, "Thanks", alert=False)
        assert press.answer == {"text": "Thanks", "show_alert": False}
        world.advance(151)
        assert not signs.answer_press(token(here), press.id, "", alert=False)

    def test_shows_typing_where_the_bot_may_write(self, here: Scene) -> None:
        signs = AiogramChatSigns(here.telegram.url)
        assert signs.show_typing(token(here), here.group.id, None)
        assert not signs.show_typing(token(here), -999, None)

    def test_says_that_the_token_or_telegram_is_gone(self, here: Scene) -> None:
        signs, old = AiogramChatSigns(here.telegram.url), token(here)
        here.telegram.api.faults.order(Fault(Kind.REFUSED))
        with pytest.raises(TelegramUnavailable):
            signs.show_typing(old, here.group.id, None)
        founding.revoke_token(here.telegram.world, here.bot)
        for wrong in (old, bytearray(b"no token")):
            with pytest.raises(InvalidBotToken):
                signs.show_typing(wrong, here.group.id, None)


class TestChatMembers:
    def test_are_told_to_an_administrator(self, here: Scene) -> None:
        signs, world, group = AiogramChatSigns(here.telegram.url), here.telegram.world, here.group
        ask = partial(signs.standing_of, token(here), group.id)
        assert ask(here.ann.id) == ChatStanding(Standing.UNKNOWN)
        groups.promote(world, group, here.bot.user, here.owner)
        assert ask(here.ann.id) == ChatStanding(Standing.MEMBER)
        assert ask(here.owner.id) == ChatStanding(Standing.ADMINISTRATOR)
        groups.remove(world, group, here.ann, here.owner)
        assert ask(here.ann.id) == ChatStanding(Standing.OUTSIDE)
        assert ask(999_999) == ChatStanding(Standing.OUTSIDE)

    def test_include_anonymous_administrators(self, here: Scene) -> None:
        signs, world, group = AiogramChatSigns(here.telegram.url), here.telegram.world, here.group
        groups.promote(world, group, here.bot.user, here.owner)
        groups.make_anonymous(world, group, here.owner, here.owner)
        standing = signs.standing_of(token(here), group.id, here.owner.id)
        assert standing == ChatStanding(Standing.ADMINISTRATOR, is_anonymous=True)
