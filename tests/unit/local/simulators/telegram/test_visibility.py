"""What a bot sees of a chat, by privacy mode, rights and who writes."""

import pytest

from infra.local.simulators.telegram import founding, groups, people
from infra.local.simulators.telegram.bots import Bot
from infra.local.simulators.telegram.model import Message
from infra.local.simulators.telegram.world import ANONYMOUS, TELEGRAM
from tests.support.telegram import Scene, say


def other_bot(here: Scene, name: str = "other_bot", *, talks: bool = False) -> Bot:
    bot = founding.add_bot(here.telegram.world, name, talks_to_bots=talks)
    groups.add(here.telegram.world, here.group, bot.user, here.owner)
    bot.queue.clear()
    return bot


def bot_says(here: Scene, bot: Bot, text: str, reply_to: int | None = None) -> None:
    """Post as a bot does, without HTTP."""
    number = here.group.next_message_id
    entities = [{"type": "bot_command", "offset": 0, "length": len(text)}] if "/" in text else []
    message = Message(number, 0, bot.user, None, text, entities, reply_to=reply_to, bot_id=bot.id)
    here.telegram.world.post(here.group, message)


class TestPrivacyMode:
    @pytest.mark.parametrize(
        ("text", "is_seen"),
        [
            ("disk is full", False),
            ("/status", False),
            ("/status@runbook_bot", True),
            ("/status@other_bot", False),
            ("hey @runbook_bot, disk?", True),
            ("hey @runbook_botany", False),
            ("mail me: x@runbook_bot.example", False),
        ],
    )
    def test_shows_what_is_meant_for_the_bot(self, here: Scene, text: str, is_seen: bool) -> None:
        say(here, text)
        assert here.texts() == ([text] if is_seen else [])

    def test_shows_replies_to_the_bot(self, here: Scene) -> None:
        sent = here.send("section")
        say(here, "thanks", sent.message_id)
        assert here.texts() == ["thanks"]

    def test_shows_commands_to_the_bot_that_wrote_last(self, here: Scene) -> None:
        other = other_bot(here)
        here.send("section")
        say(here, "/status")
        bot_says(here, other, "hello")
        say(here, "/help")
        assert (here.texts(), here.texts(other)) == (["/status"], ["/help"])

    def test_shows_a_message_to_one_bot(self, here: Scene) -> None:
        other = other_bot(here)
        sent = here.send("section")
        say(here, "/status@other_bot", sent.message_id)
        assert (here.texts(), here.texts(other)) == (["/status@other_bot"], [])

    def test_hides_nothing_from_administrators(self, here: Scene) -> None:
        groups.promote(here.telegram.world, here.group, here.bot.user, here.owner)
        here.updates()
        say(here, "disk is full")
        assert here.texts() == ["disk is full"]

    def test_switched_off_holds_after_the_bot_is_added_again(self, here: Scene) -> None:
        world = here.telegram.world
        here.bot.reads_all = True
        say(here, "one")
        assert here.texts() == []
        groups.remove(world, here.group, here.bot.user, here.owner)
        groups.add(world, here.group, here.bot.user, here.owner)
        here.updates()
        say(here, "two")
        assert here.texts() == ["two"]


class TestBotsAmongEachOther:
    def test_see_nothing_without_the_mode(self, here: Scene) -> None:
        groups.promote(here.telegram.world, here.group, here.bot.user, here.owner)
        here.updates()
        bot_says(here, other_bot(here), "alert")
        assert here.texts() == []

    def test_see_all_as_administrator_with_the_mode(self, here: Scene) -> None:
        here.bot.talks_to_bots = True
        other = other_bot(here)
        here.updates()
        bot_says(here, other, "alert")
        assert here.texts() == []
        groups.promote(here.telegram.world, here.group, here.bot.user, here.owner)
        bot_says(here, other, "alert")
        assert here.texts() == ["alert"]

    def test_see_commands_and_replies_if_one_of_them_has_the_mode(self, here: Scene) -> None:
        sent = here.send("section")
        other = other_bot(here, talks=True)
        here.updates()
        bot_says(here, other, "/status@runbook_bot")
        bot_says(here, other, "thanks", sent.message_id)
        bot_says(here, other, "hello")
        assert here.texts() == ["/status@runbook_bot", "thanks"]


class TestAnonymousAdministrators:
    def test_write_in_the_name_of_the_group(self, here: Scene) -> None:
        world = here.telegram.world
        groups.make_anonymous(world, here.group, here.owner, here.owner)
        people.say(world, here.group, here.owner, "@runbook_bot disk?")
        message = here.updates()[0].message
        assert message is not None
        assert message.from_user is not None
        assert message.sender_chat is not None
        assert (message.from_user.id, message.sender_chat.id) == (ANONYMOUS.id, here.group.id)


class TestChannels:
    def test_are_seen_with_their_copies_in_the_discussion_group(self, here: Scene) -> None:
        world = here.telegram.world
        channel = founding.add_channel(world, "News", here.owner)
        founding.link(world, channel, here.group)
        groups.add(world, channel, here.bot.user, here.owner)
        groups.promote(world, here.group, here.bot.user, here.owner)
        here.updates()
        people.say(world, channel, here.owner, "Version 2 is out")
        post, copy = here.updates()
        assert post.channel_post is not None
        assert copy.message is not None
        assert post.channel_post.from_user is None
        assert copy.message.is_automatic_forward is True
        assert copy.message.from_user is not None
        assert copy.message.from_user.id == TELEGRAM.id
        assert copy.message.text == post.channel_post.text == "Version 2 is out"
        assert copy.message.forward_origin is not None
        assert copy.message.forward_origin.type == "channel"

    def test_show_the_posts_of_other_bots(self, here: Scene) -> None:
        world = here.telegram.world
        channel = founding.add_channel(world, "News", here.owner)
        other = founding.add_bot(world, "other_bot")
        for bot in (here.bot, other):
            groups.add(world, channel, bot.user, here.owner)
        here.updates()
        here.send("from a bot", channel)
        assert here.kinds() == []
        assert here.kinds(other) == ["my_chat_member", "channel_post"]


class TestMembership:
    def test_of_the_bot_is_told_to_it(self, here: Scene) -> None:
        world = here.telegram.world
        groups.promote(world, here.group, here.bot.user, here.owner)
        groups.remove(world, here.group, here.bot.user, here.owner)
        told = [one.my_chat_member for one in here.updates() if one.my_chat_member]
        assert [(one.old_chat_member.status, one.new_chat_member.status) for one in told] == [
            ("member", "administrator"),
            ("administrator", "kicked"),
        ]

    def test_of_others_is_seen_as_a_service_message(self, here: Scene) -> None:
        sam = founding.add_user(here.telegram.world, "Sam")
        groups.add(here.telegram.world, here.group, sam, here.owner)
        groups.remove(here.telegram.world, here.group, sam, sam)
        came, left = (one.message for one in here.updates())
        assert came is not None
        assert left is not None
        assert came.new_chat_members is not None
        assert left.left_chat_member is not None
        assert came.new_chat_members[0].id == left.left_chat_member.id == sam.id

    def test_ends_what_the_bot_sees(self, here: Scene) -> None:
        groups.remove(here.telegram.world, here.group, here.bot.user, here.owner)
        here.updates()
        say(here, "@runbook_bot still there?")
        assert here.updates() == []

    def test_in_a_private_chat_ends_by_a_block(self, here: Scene) -> None:
        chat = people.private_chat(here.telegram.world, here.bot, here.ann)
        people.say(here.telegram.world, chat, here.ann, "/start")
        people.block(here.telegram.world, chat)
        assert here.kinds() == ["message", "my_chat_member"]
        with pytest.raises(people.NotPossible):
            people.say(here.telegram.world, chat, here.ann, "hello?")


class TestPeople:
    def test_edit_what_they_wrote(self, here: Scene) -> None:
        number = say(here, "@runbook_bot disk?")
        people.edit(here.telegram.world, here.group, number, "@runbook_bot memory?")
        assert here.kinds() == ["message", "edited_message"]

    def test_write_only_where_they_may(self, here: Scene) -> None:
        world = here.telegram.world
        sam = founding.add_user(world, "Sam")
        channel = founding.add_channel(world, "News", here.owner)
        groups.add(world, channel, here.ann, here.owner)
        for chat, user in ((here.group, sam), (channel, here.ann)):
            with pytest.raises(people.NotPossible):
                people.say(world, chat, user, "x")
