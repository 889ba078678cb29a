"""The chats as people see them, for the page and the commands."""

from itertools import islice

from infra.local.simulators.telegram.model import Chat, ChatType, Json, Message
from infra.local.simulators.telegram.world import World

MESSAGES_MAX, ANSWERS_MAX = 200, 20


def shown(world: World) -> Json:
    """Everybody, all chats with their last messages, and the last answers to presses."""
    with world.lock:
        chats = [*world.chats.values(), *world.private_chats.values()]
        answered = [one for one in reversed(world.queries.values()) if one.answer is not None]
        return {
            "now": world.now(),
            "users": [
                {"id": one.id, "name": one.first_name, "language_code": one.language_code}
                for one in world.users.values()
            ],
            "bots": [
                {"id": one.id, "name": one.user.username, "has_webhook": one.webhook is not None}
                for one in world.bots.values()
            ],
            "chats": [_chat(world, one) for one in chats if one.migrated_to is None],
            "answers": {one.id: one.answer for one in islice(answered, ANSWERS_MAX)},
        }


def _chat(world: World, chat: Chat) -> Json:
    title = chat.title
    if chat.type is ChatType.PRIVATE and chat.user is not None and chat.owner_id is not None:
        title = f"{chat.user.first_name} with {world.bots[chat.owner_id].user.username}"
    return {
        "id": chat.id,
        "bot_id": chat.owner_id,
        "type": chat.type.value,
        "title": title,
        "topics": {one.id: one.name for one in chat.topics.values()},
        "members": {one.user.first_name: one.status.value for one in chat.members.values()},
        "messages": [_message(one) for one in list(chat.messages.values())[-MESSAGES_MAX:]],
    }


def _message(message: Message) -> Json:
    sender = message.sender_chat.title if message.sender_chat else None
    return {
        "id": message.id,
        "from": sender or (message.author.first_name if message.author else ""),
        "is_bot": message.bot_id is not None,
        "date": message.date,
        "edit_date": message.edit_date,
        "text": message.text,
        "entities": message.entities,
        "buttons": message.buttons,
        "reply_to": message.reply_to,
        "topic_id": message.thread_id if message.is_topic_message else None,
        "file": message.document and message.document["file_name"],
        "service": ", ".join(message.service),
    }
