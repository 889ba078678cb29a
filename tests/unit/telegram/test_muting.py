"""Who mutes the alerts of a chat, for how long, and what is said about it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from mara.telegram.errors import TelegramUnavailable
from mara.telegram.model.bot_chat import BotChat, ChatKind, ChatState
from mara.telegram.model.muting import muted_for
from mara.telegram.model.person import PersonKind
from mara.telegram.model.standing import ChatStanding, Standing
from tests.support.bot_messages import ANN, raw_update
from tests.support.bots import NOON
from tests.support.chat_world import GROUP_ID, ChatWorld
from tests.support.fakes.bot_chats import FakeBotChats

GROUP: Any = {"chat": {"id": GROUP_ID, "type": "supergroup", "title": "On call"}}
HOUR = timedelta(hours=1)
ADMINISTRATOR = ChatStanding(Standing.ADMINISTRATOR)


@pytest.fixture
def world() -> ChatWorld:
    return ChatWorld()


def in_group(world: ChatWorld, text: str, update_id: int = 1, **parts: Any) -> list[str]:
    return world.say(text, update_id, **GROUP, **parts)


def muted_until(world: ChatWorld, chat_id: int = GROUP_ID) -> datetime | None:
    chat = world.chat(chat_id)
    assert chat
    return chat.muted_until


@pytest.mark.parametrize(
    ("argument", "time"),
    [
        ("30m", timedelta(minutes=30)),
        (" 2 H ", 2 * HOUR),
        ("2ч", 2 * HOUR),
        ("7d", timedelta(days=7)),
        ("off", timedelta(0)),
        ("Выкл", timedelta(0)),
        ("8d", None),
        ("0h", None),
        ("-1h", None),
        ("", None),
        ("2h 30m", None),
        ("99999999999d", None),
        ("٢h", None),
    ],
)
def test_a_time_is_read_in_both_languages_or_not_at_all(
    argument: str, time: timedelta | None
) -> None:
    assert muted_for(argument) == time


class TestInPrivate:
    def put_chat(self, world: ChatWorld) -> None:
        ids = (world.config.id, world.config.owner_id, ANN.id)
        chat = BotChat(*ids, "Ann", ChatKind.PRIVATE, ChatState.APPROVED, ANN.id, NOON)
        with world.database.unit_of_work():
            FakeBotChats(world.database).save(chat)

    def test_the_owner_mutes_and_ends_it(self, world: ChatWorld) -> None:
        self.put_chat(world)
        world.link(PersonKind.OWNER)
        (said,) = world.say("/mute 2h")
        assert said.startswith("Until 2026-")
        assert muted_until(world, ANN.id) == NOON + 2 * HOUR
        assert world.say("/mute off", 2) == ["All alerts are posted here again."]
        assert muted_until(world, ANN.id) is None
        assert world.looked_again == [(world.config.owner_id, world.config.id)] * 2
        assert world.held == [world.config.owner_id] * 2

    def test_the_owner_hears_how_to_write_it(self, world: ChatWorld) -> None:
        world.link(PersonKind.OWNER)
        for number, text in enumerate(("/mute", "/mute long", "/mute 99d")):
            assert "/mute 30m" in world.say(text, number)[0]
        assert world.looked_again == []

    def test_in_the_language_of_the_person(self, world: ChatWorld) -> None:
        world.link(PersonKind.OWNER)
        russian: Any = {
            "from": {"id": 11, "is_bot": False, "first_name": "Аня", "language_code": "ru"}
        }
        assert "критические" in world.say("/mute", **russian)[0].lower()

    @pytest.mark.parametrize("kind", [PersonKind.INVITED, None])
    def test_other_people_do_not(self, world: ChatWorld, kind: PersonKind | None) -> None:
        self.put_chat(world)
        if kind:
            world.link(kind)
        world.say("/mute 2h")
        assert muted_until(world, ANN.id) is None
        assert world.looked_again == []


class TestInGroups:
    def test_an_administrator_mutes(self, world: ChatWorld) -> None:
        world.standing = ADMINISTRATOR
        (said,) = in_group(world, "/mute@runbook_bot 1h")
        assert "до" in said.lower() or "until" in said.lower()
        assert muted_until(world) == NOON + HOUR
        assert world.asked_members == [(GROUP_ID, 11)]

    @pytest.mark.parametrize("standing", [Standing.MEMBER, Standing.OUTSIDE, Standing.UNKNOWN])
    def test_others_get_no_answer(self, world: ChatWorld, standing: Standing) -> None:
        world.standing = ChatStanding(standing)
        world.link(PersonKind.OWNER)
        assert in_group(world, "/mute 1h") == []
        assert in_group(world, "/mute", 2) == []
        assert muted_until(world) is None
        assert world.stored().state == "handled"

    def test_an_anonymous_administrator_mutes(self, world: ChatWorld) -> None:
        """Telegram shows the group itself as the author; a linked channel is another chat."""
        world.standing = ChatStanding(Standing.MEMBER)
        for update_id, author in ((1, GROUP_ID - 5), (2, GROUP_ID)):
            kind = "channel" if update_id == 1 else "supergroup"
            author_chat = {"id": author, "type": kind, "title": "On call"}
            in_group(world, "/mute 1h", update_id, sender_chat=author_chat)
            assert (muted_until(world) is not None) == (update_id == 2)
        assert world.asked_members == []

    def test_a_post_of_a_channel_mutes_it(self, world: ChatWorld) -> None:
        world.put_chat(ChatState.APPROVED, ChatKind.CHANNEL)
        channel = {"id": GROUP_ID, "type": "channel", "title": "On call"}
        post = {"message_id": 5, "date": 1, "chat": channel, "text": "/mute 1h"}
        world.claim(raw_update(1, channel_post={**post, "sender_chat": channel}))
        world.service.work(world.lane())
        assert len(world.texts()) == 1
        assert muted_until(world) == NOON + HOUR

    def test_a_chat_that_is_not_approved_is_not_muted(self, world: ChatWorld) -> None:
        world.put_chat(ChatState.PENDING)
        world.standing = ADMINISTRATOR
        assert in_group(world, "/mute 1h") == []
        assert world.asked_members == []

    def test_a_second_try_mutes_until_the_same_time(
        self, world: ChatWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        outage = [TelegramUnavailable("Try again later.")]

        def standing_of(*_: object) -> ChatStanding:
            if outage:
                raise outage.pop()
            return ADMINISTRATOR

        monkeypatch.setattr(world, "standing_of", standing_of)
        in_group(world, "/mute 1h")
        assert world.clock > NOON
        assert muted_until(world) == NOON + HOUR
