"""The actions of the control surface; each takes a JSON object and answers with one."""

from collections.abc import Callable
from dataclasses import asdict

from infra.local.simulators.telegram import founding, groups, people
from infra.local.simulators.telegram.budgets import Limit, Limits
from infra.local.simulators.telegram.control.asked import Asked
from infra.local.simulators.telegram.model import ChatType, Json

Action = Callable[[Asked], Json]


def add_user(asked: Asked) -> Json:
    """``first_name``, ``username``?, ``language_code``? → the person's ``id``."""
    names = asked.optional_text("username"), asked.optional_text("language_code")
    return {"id": founding.add_user(asked.world, asked.text("first_name"), *names).id}


def add_bot(asked: Asked) -> Json:
    """``username``, ``reads_all``?, ``talks_to_bots``? → the bot's ``id`` and ``token``."""
    bot = founding.add_bot(
        asked.world,
        asked.text("username"),
        reads_all=asked.flag("reads_all"),
        talks_to_bots=asked.flag("talks_to_bots"),
    )
    return {"id": bot.id, "token": bot.token}


def revoke_token(asked: Asked) -> Json:
    """``bot_id`` → the new ``token``."""
    return {"token": founding.revoke_token(asked.world, asked.bot())}


def add_chat(asked: Asked) -> Json:
    """``title``, ``type``, ``owner_id``, ``is_forum``?, ``username``? → the chat's ``id``."""
    title, owner = asked.text("title"), asked.user("owner_id")
    match asked.text("type"):
        case ChatType.CHANNEL:
            name = asked.optional_text("username")
            return {"id": founding.add_channel(asked.world, title, owner, name).id}
        case ChatType.GROUP | ChatType.SUPERGROUP as kind:
            is_super = kind == ChatType.SUPERGROUP
            forum = asked.flag("is_forum")
            chat = founding.add_group(asked.world, title, owner, is_super=is_super, is_forum=forum)
            return {"id": chat.id}
        case kind:
            raise people.NotPossible(f"A chat of type {kind} is not made here.")


def link(asked: Asked) -> Json:
    """``channel_id``, ``chat_id``: make the group discuss the channel's posts."""
    founding.link(asked.world, asked.chat("channel_id"), asked.chat())
    return {}


def upgrade(asked: Asked) -> Json:
    """``chat_id``, ``by_id`` → the ``id`` of the supergroup that the group became."""
    return {"id": founding.upgrade(asked.world, asked.chat(), asked.user("by_id")).id}


MEMBERSHIP = {
    "member": groups.add,
    "administrator": groups.promote,
    "anonymous": groups.make_anonymous,
    "demoted": groups.demote,
    "restricted": groups.restrict,
    "removed": groups.remove,
}


def set_member(asked: Asked) -> Json:
    """``chat_id``, ``user_id``, ``by_id``, ``becomes``: one of MEMBERSHIP."""
    change = MEMBERSHIP.get(asked.text("becomes"))
    if change is None:
        raise people.NotPossible(f"Members become one of {', '.join(MEMBERSHIP)}.")
    change(asked.world, asked.chat(), asked.user(), asked.user("by_id"))
    return {}


def open_topic(asked: Asked) -> Json:
    """``chat_id``, ``by_id``, ``name`` → the topic's ``id``."""
    chat, by = asked.chat(), asked.user("by_id")
    return {"id": groups.open_topic(asked.world, chat, by, asked.text("name")).id}


def close_topic(asked: Asked) -> Json:
    """``chat_id``, ``by_id``, ``topic_id``."""
    chat, by = asked.chat(), asked.user("by_id")
    groups.close_topic(asked.world, chat, by, asked.number("topic_id"))
    return {}


def say(asked: Asked) -> Json:
    """``chat_id``, ``user_id``, ``text``, ``reply_to``?, ``topic_id``? → ``message_id``."""
    reply_to, topic_id = asked.optional_number("reply_to"), asked.optional_number("topic_id")
    words = people.Words(asked.text("text"), reply_to, topic_id)
    return {"message_id": people.say(asked.world, asked.chat(), asked.user(), words).id}


def edit(asked: Asked) -> Json:
    """``chat_id``, ``message_id``, ``text``."""
    people.edit(asked.world, asked.chat(), asked.message_id(), asked.text("text"))
    return {}


def press(asked: Asked) -> Json:
    """``chat_id``, ``user_id``, ``message_id``, ``data`` → the press's ``id``."""
    number, data = asked.message_id(), asked.text("data")
    return {"id": people.press(asked.world, asked.chat(), asked.user(), number, data).id}


def block(asked: Asked) -> Json:
    """``chat_id``, ``bot_id``, ``ends``?: a person blocks a bot, or ends the block."""
    (people.unblock if asked.flag("ends") else people.block)(asked.world, asked.chat())
    return {}


def advance(asked: Asked) -> Json:
    """``advance_s`` → the new time, ``now``."""
    asked.world.advance(asked.seconds("advance_s"))
    return {"now": asked.world.now()}


def limit(asked: Asked) -> Json:
    """``bot``, ``chat``, ``group``: each ``[count, seconds]``; ``retry_after_s`` → the limits."""
    limits = Limits(retry_after_s=asked.optional_number("retry_after_s"))
    for name in ("bot", "chat", "group"):
        match asked.body.get(name):
            case None:
                pass
            case [int(count), int(seconds) | float(seconds)] if count > 0 and seconds > 0:
                setattr(limits, name, Limit(count, float(seconds)))
            case _:
                raise people.NotPossible(f"{name} is [count, seconds], both above 0.")
    asked.world.budgets.limits = limits
    return asdict(limits)


ACTIONS: dict[str, Action] = {
    "users": add_user,
    "bots": add_bot,
    "bots/revoke": revoke_token,
    "chats": add_chat,
    "chats/link": link,
    "chats/upgrade": upgrade,
    "chats/members": set_member,
    "topics": open_topic,
    "topics/close": close_topic,
    "say": say,
    "edit": edit,
    "press": press,
    "block": block,
    "clock": advance,
    "limits": limit,
}
