"""Makes users, bots, groups and channels."""

from infra.local.simulators.telegram.bots import Bot
from infra.local.simulators.telegram.groups import announce
from infra.local.simulators.telegram.model import Chat, ChatType, Member, Status, User
from infra.local.simulators.telegram.updates import UpdateQueue
from infra.local.simulators.telegram.world import World, locked

FIRST_USER, FIRST_BOT, FIRST_GROUP = 100_000_001, 7_000_000_001, 4_000_001
SUPERGROUP_BASE = -1_000_000_000_000
TOKEN_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"  # noqa: S105
TOKEN_LENGTH = 35


@locked
def add_user(
    world: World, first_name: str, username: str | None = None, language_code: str | None = None
) -> User:
    """A person who has an account."""
    user = User(FIRST_USER + len(world.users), first_name, username, language_code)
    world.users[user.id] = user
    return user


@locked
def add_bot(
    world: World, username: str, *, reads_all: bool = False, talks_to_bots: bool = False
) -> Bot:
    """A bot as @BotFather makes it: with privacy mode, unless it reads all."""
    user = User(FIRST_BOT + len(world.bots), username, username, is_bot=True)
    bot = Bot(user, _token(world, user.id), UpdateQueue(world.dice), reads_all, talks_to_bots)
    world.bots[user.id] = bot
    return bot


@locked
def revoke_token(world: World, bot: Bot) -> str:
    """Give the bot another token; the webhook goes with the old one.

    Pending updates belong to the bot's id and stay (``tqueue_id`` of ClientManager.cpp).
    """
    bot.token = _token(world, bot.id)
    bot.webhook = None
    return bot.token


@locked
def add_group(
    world: World, title: str, owner: User, *, is_super: bool = True, is_forum: bool = False
) -> Chat:
    """A supergroup or a basic group."""
    kind = ChatType.SUPERGROUP if is_super or is_forum else ChatType.GROUP
    return _add_chat(world, Chat(0, kind, title, is_forum=is_forum), owner)


@locked
def add_channel(world: World, title: str, owner: User, username: str | None = None) -> Chat:
    """A channel, public if it has a username."""
    return _add_chat(world, Chat(0, ChatType.CHANNEL, title, username), owner)


@locked
def link(_: World, channel: Chat, group: Chat) -> None:
    """Make a supergroup the discussion group of a channel."""
    channel.linked_chat_id, group.linked_chat_id = group.id, channel.id


@locked
def upgrade(world: World, group: Chat, by: User) -> Chat:
    """Turn a basic group into a supergroup with another id; both say so in a service message.

    https://core.telegram.org/bots/api#message: migrate_to_chat_id, migrate_from_chat_id
    """
    new = _add_chat(world, Chat(0, ChatType.SUPERGROUP, group.title), by)
    new.members = dict(group.members)
    announce(world, group, by, {"migrate_to_chat_id": new.id})
    announce(world, new, by, {"migrate_from_chat_id": group.id})
    group.migrated_to = new.id
    return new


def _add_chat(world: World, chat: Chat, owner: User) -> Chat:
    number = FIRST_GROUP + len(world.chats)
    chat.id = -number if chat.type is ChatType.GROUP else SUPERGROUP_BASE - number
    chat.members[owner.id] = Member(owner, Status.CREATOR)
    world.chats[chat.id] = chat
    return chat


def _token(world: World, number: int) -> str:
    return f"{number}:" + "".join(world.dice.choices(TOKEN_LETTERS, k=TOKEN_LENGTH))
