"""What people do with groups and channels: members, rights, topics."""

from infra.local.simulators.telegram.model import (
    GENERAL_TOPIC,
    RIGHTS,
    Chat,
    ChatType,
    Json,
    Member,
    Message,
    Status,
    Topic,
    User,
)
from infra.local.simulators.telegram.views import of_user
from infra.local.simulators.telegram.world import World, locked

ICON_COLOR = 7322096
SILENT = {ChatType.CHANNEL, ChatType.PRIVATE}


@locked
def add(world: World, chat: Chat, user: User, by: User) -> Member:
    """Add somebody to a chat; in a channel a bot can only be an administrator."""
    bot = world.bots.get(user.id)
    if chat.type is ChatType.CHANNEL and bot is not None:
        return promote(world, chat, user, by)
    member = Member(user, Status.MEMBER, reads_all=bot is not None and bot.reads_all)
    world.set_member(chat, member, by)
    announce(world, chat, by, {"new_chat_members": [of_user(user)]})
    return member


@locked
def promote(
    world: World, chat: Chat, user: User, by: User, rights: frozenset[str] = RIGHTS
) -> Member:
    """Make somebody an administrator, with all rights or these."""
    before = chat.member(user)
    member = Member(user, Status.ADMINISTRATOR, rights, reads_all=before.reads_all)
    world.set_member(chat, member, by)
    return member


@locked
def make_anonymous(world: World, chat: Chat, user: User, by: User) -> None:
    """Let an administrator write in the name of the group."""
    before = chat.member(user)
    member = Member(user, before.status, before.rights, is_anonymous=True)
    world.set_member(chat, member, by)


@locked
def demote(world: World, chat: Chat, user: User, by: User) -> None:
    """Make an administrator an ordinary member."""
    before = chat.member(user)
    world.set_member(chat, Member(user, Status.MEMBER, reads_all=before.reads_all), by)


@locked
def restrict(world: World, chat: Chat, user: User, by: User) -> None:
    """Forbid a member to write."""
    before = chat.member(user)
    world.set_member(chat, Member(user, Status.RESTRICTED, reads_all=before.reads_all), by)


@locked
def remove(world: World, chat: Chat, user: User, by: User) -> None:
    """Kick somebody, or let them leave if they do it themselves."""
    announce(world, chat, by, {"left_chat_member": of_user(user)})
    status = Status.LEFT if user is by else Status.KICKED
    world.set_member(chat, Member(user, status), by)


@locked
def open_topic(world: World, chat: Chat, by: User, name: str) -> Topic:
    """Create a topic of a forum, or of a private chat with a bot that has topics."""
    topic = Topic(chat.next_message_id, name)
    chat.topics[topic.id] = topic
    made = {"forum_topic_created": {"name": name, "icon_color": ICON_COLOR}}
    announce(world, chat, by, made, topic)
    return topic


@locked
def close_topic(world: World, chat: Chat, by: User, topic_id: int = GENERAL_TOPIC) -> None:
    """Close a topic, or the General one."""
    topic = chat.topics.setdefault(topic_id, Topic(topic_id, "General"))
    topic.is_closed = True
    if topic_id == GENERAL_TOPIC:
        return
    announce(world, chat, by, {"forum_topic_closed": {}}, topic)


@locked
def delete_topic(_: World, chat: Chat, topic_id: int) -> None:
    """Delete a topic with its messages; bots are not told."""
    chat.topics.pop(topic_id)
    for number in [one.id for one in chat.messages.values() if one.thread_id == topic_id]:
        chat.deleted[number] = chat.messages.pop(number)


def announce(world: World, chat: Chat, by: User, service: Json, topic: Topic | None = None) -> None:
    """Post a service message; channels and private chats have none for members."""
    if chat.type in SILENT and topic is None:
        return
    message = Message(chat.next_message_id, world.date(), by, service=service)
    if topic is not None:
        message.thread_id, message.is_topic_message = topic.id, True
    world.post(chat, message)
