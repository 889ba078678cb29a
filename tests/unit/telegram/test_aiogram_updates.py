"""Raw updates become messages, presses and memberships, or are refused."""

import json
from typing import Any

import pytest

from mara.telegram.adapters.aiogram_updates import AiogramUpdates
from mara.telegram.errors import UnreadableUpdate
from mara.telegram.model.bot_chat import ChatKind
from mara.telegram.model.incoming import (
    Incoming,
    IncomingMessage,
    Membership,
    Mention,
    Press,
    Replied,
    Sender,
    SenderKind,
    Skipped,
)
from tests.support.bot_messages import raw_message, raw_update

CHANNEL = {"id": -1002, "type": "channel", "title": "News"}
GROUP = {"id": -1001, "type": "supergroup", "title": "On call"}
USER = {"id": 11, "is_bot": False, "first_name": "Ann"}


def read(body: bytes) -> Incoming:
    return AiogramUpdates().read(body)


def message(text: str | None = "Disk?", **parts: Any) -> IncomingMessage:
    found = read(raw_message(text, **parts))
    assert isinstance(found, IncomingMessage)
    return found


class TestMessages:
    def test_have_sender_chat_and_text(self) -> None:
        found = message()
        assert found.sender == Sender(11, SenderKind.PERSON, "Ann", "en")
        assert (found.chat.id, found.chat.kind, found.chat.title) == (11, ChatKind.PRIVATE, "Ann")
        assert (found.text, found.thread_id, found.is_edit) == ("Disk?", None, False)

    def test_have_no_unusable_character(self) -> None:
        assert message("a\0b\ud800c").text == "a\ufffdb\ufffdc"

    def test_count_mentions_in_characters(self) -> None:
        entity = {"type": "mention", "offset": 3, "length": 12}
        found = message("\U0001f525 @runbook_bot hi", entities=[entity])
        assert found.mentions == (Mention(2, 14, "runbook_bot"),)

    def test_name_people_without_a_username_by_id(self) -> None:
        entity = {"type": "text_mention", "offset": 0, "length": 3, "user": USER}
        assert message("Ann?", entities=[entity]).mentions == (Mention(0, 3, None, 11),)

    def test_may_be_captions(self) -> None:
        photo = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
        found = message(None, photo=photo, caption="What is it?")
        assert (found.text, found.is_service) == ("What is it?", False)

    def test_of_telegram_itself_are_service_messages(self) -> None:
        assert message(None, new_chat_members=[USER]).is_service

    def test_are_in_a_thread_only_in_topics(self) -> None:
        assert message(message_thread_id=4).thread_id is None
        assert message(message_thread_id=4, is_topic_message=True).thread_id == 4

    def test_refer_to_what_they_reply_to(self) -> None:
        replied = {"message_id": 4, "date": 1, "chat": GROUP, "from": USER, "text": "Before"}
        assert message(reply_to_message=replied).replied == Replied(11, "Before")

    def test_do_not_reply_to_the_opening_of_their_topic(self) -> None:
        opened = {"name": "Disks", "icon_color": 1}
        replied = {"message_id": 4, "date": 1, "chat": GROUP, "from": USER}
        topic = {**replied, "forum_topic_created": opened}
        assert message(reply_to_message=topic).replied is None

    def test_of_an_anonymous_administrator_are_of_the_chat(self) -> None:
        anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
        sender: Any = {"from": anonymous}
        found = message(chat=GROUP, sender_chat=GROUP, **sender)
        assert found.sender == Sender(-1001, SenderKind.CHAT, "On call")

    def test_that_copy_a_post_name_its_channel(self) -> None:
        origin = {"type": "channel", "date": 1, "chat": CHANNEL, "message_id": 3}
        copy: Any = {"is_automatic_forward": True, "forward_origin": origin, "sender_chat": CHANNEL}
        found = message(chat=GROUP, **copy)
        assert (found.origin_chat_id, found.origin_message_id) == (-1002, 3)
        assert message(chat=GROUP, forward_origin=origin).origin_chat_id is None

    def test_tell_captions_from_texts(self) -> None:
        photo = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
        assert message(None, photo=photo, caption="Disk full").is_caption
        assert not message("Disk full").is_caption

    def test_tell_where_a_group_moved(self) -> None:
        assert message(None, migrate_to_chat_id=-1009).moved_to == -1009
        assert message(None, migrate_from_chat_id=-9).moved_from == -9

    def test_may_be_posts_and_edits(self) -> None:
        post = {"message_id": 3, "date": 1, "chat": CHANNEL, "text": "News"}
        for kind, is_edit in (("channel_post", False), ("edited_channel_post", True)):
            content: Any = {kind: post}
            found = read(raw_update(**content))
            assert isinstance(found, IncomingMessage)
            assert (found.sender, found.is_edit) == (None, is_edit)

    def test_of_a_channel_are_of_the_channel(self) -> None:
        post = {"message_id": 3, "date": 1, "chat": CHANNEL, "sender_chat": CHANNEL, "text": "x"}
        found = read(raw_update(channel_post=post))
        assert isinstance(found, IncomingMessage)
        assert found.sender == Sender(-1002, SenderKind.CHAT, "News")

    def test_show_no_text_in_their_repr(self) -> None:
        replied = {"message_id": 4, "date": 1, "chat": GROUP, "from": USER, "text": "canary"}
        assert "canary" not in repr(message("canary", reply_to_message=replied))


class TestOthers:
    def test_are_presses(self) -> None:
        query = {"id": "9", "from": USER, "chat_instance": "1", "data": "helped:1"}
        assert read(raw_update(callback_query=query)) == Press(
            "9", Sender(11, SenderKind.PERSON, "Ann"), "helped:1"
        )

    @pytest.mark.parametrize(
        ("old", "new", "was", "is_member"),
        [
            ({"status": "left"}, {"status": "member"}, False, True),
            ({"status": "member"}, {"status": "kicked", "until_date": 0}, True, False),
        ],
    )
    def test_are_memberships(
        self, old: dict[str, Any], new: dict[str, Any], *, was: bool, is_member: bool
    ) -> None:
        bot = {"user": {"id": 7001, "is_bot": True, "first_name": "Bot"}}
        change = {
            "chat": GROUP,
            "from": USER,
            "date": 1,
            "old_chat_member": {**old, **bot},
            "new_chat_member": {**new, **bot},
        }
        found = read(raw_update(my_chat_member=change))
        assert isinstance(found, Membership)
        assert (found.by.id, found.was_member, found.is_member) == (11, was, is_member)

    def test_are_skipped(self) -> None:
        assert read(raw_update()) == Skipped()
        assert read(raw_update(kind_of_tomorrow={"a": 1})) == Skipped()


class TestBadUpdates:
    @pytest.mark.parametrize(
        "body", [b"", b"[]", b"{", b"\xff", b"[" * 100_000, b'{"update_id": "x"}']
    )
    def test_are_refused(self, body: bytes) -> None:
        with pytest.raises(UnreadableUpdate):
            read(body)

    def test_are_refused_by_the_names_of_fields_only(self) -> None:
        with pytest.raises(UnreadableUpdate) as caught:
            read(json.dumps({"update_id": 1, "message": {"text": "canary"}}).encode())
        assert "message.chat" in caught.value.detail
        assert "canary" not in repr(caught.value)
