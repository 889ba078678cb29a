"""Objects in the JSON of the Bot API (https://core.telegram.org/bots/api#available-types)."""

from infra.local.simulators.telegram.model import (
    RIGHTS,
    CallbackQuery,
    Chat,
    ChatType,
    Json,
    Member,
    Message,
    Status,
    User,
)

NO_GIFTS = {
    "unlimited_gifts": False,
    "limited_gifts": False,
    "unique_gifts": False,
    "premium_subscription": False,
    "gifts_from_channels": False,
}
MAY = ("can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos")
MAY_TOO = (
    *("can_send_videos", "can_send_video_notes", "can_send_voice_notes", "can_send_polls"),
    *("can_send_other_messages", "can_add_web_page_previews", "can_react_to_messages"),
    *("can_edit_tag", "can_change_info", "can_invite_users", "can_pin_messages"),
    "can_manage_topics",
)


def given(**fields: object) -> Json:
    """The fields that have a value."""
    return {name: value for name, value in fields.items() if value not in (None, [], "")}


def of_user(user: User) -> Json:
    """https://core.telegram.org/bots/api#user."""
    return {"id": user.id, "is_bot": user.is_bot, "first_name": user.first_name} | given(
        username=user.username, language_code=user.language_code
    )


def of_chat(chat: Chat) -> Json:
    """https://core.telegram.org/bots/api#chat."""
    seen = {"id": chat.id, "type": chat.type.value}
    if chat.user is not None:
        return seen | given(first_name=chat.user.first_name, username=chat.user.username)
    seen |= given(title=chat.title, username=chat.username)
    return seen | ({"is_forum": True} if chat.is_forum else {})


def of_full_chat(chat: Chat) -> Json:
    """https://core.telegram.org/bots/api#chatfullinfo."""
    seen = of_chat(chat) | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": NO_GIFTS,
    }
    if chat.type in {ChatType.GROUP, ChatType.SUPERGROUP}:
        seen["permissions"] = dict.fromkeys(MAY, chat.members_may_send)
    return seen | given(linked_chat_id=chat.linked_chat_id)


def of_member(member: Member) -> Json:
    """https://core.telegram.org/bots/api#chatmember."""
    seen: Json = {"status": member.status.value, "user": of_user(member.user)}
    match member.status:
        case Status.CREATOR:
            seen |= {"is_anonymous": member.is_anonymous}
        case Status.ADMINISTRATOR:
            seen |= {"is_anonymous": member.is_anonymous, "can_be_edited": False}
            seen |= {right: right in member.rights for right in sorted(RIGHTS)}
        case Status.RESTRICTED:
            seen |= dict.fromkeys((*MAY, *MAY_TOO), False) | {"is_member": True, "until_date": 0}
        case Status.KICKED:
            seen["until_date"] = 0
        case Status.MEMBER | Status.LEFT:
            pass
    return seen


def of_message(chat: Chat, message: Message, *, with_reply: bool = True) -> Json:
    """https://core.telegram.org/bots/api#message; of a reply one level is shown."""
    seen: Json = {"message_id": message.id, "date": message.date, "chat": of_chat(chat)}
    if message.author is not None:
        seen["from"] = of_user(message.author)
    if message.sender_chat is not None:
        seen["sender_chat"] = of_chat(message.sender_chat)
    replied = chat.messages.get(message.reply_to or 0)
    if with_reply and replied is not None:
        seen["reply_to_message"] = of_message(chat, replied, with_reply=False)
    for name in ("is_topic_message", "is_automatic_forward"):
        seen |= {name: True} if getattr(message, name) else {}
    seen |= given(
        message_thread_id=message.thread_id,
        edit_date=message.edit_date,
        forward_origin=message.origin,
        author_signature=message.signature,
    )
    if message.buttons:
        seen["reply_markup"] = {"inline_keyboard": message.buttons}
    return seen | _content(message) | message.service


def of_callback_query(query: CallbackQuery) -> Json:
    """https://core.telegram.org/bots/api#callbackquery."""
    message: Json = {"message_id": query.message.id, "date": 0, "chat": of_chat(query.chat)}
    if query.message.id in query.chat.messages:
        message = of_message(query.chat, query.message)
    return {
        "id": query.id,
        "from": of_user(query.presser),
        "chat_instance": str(query.chat.id),
        "message": message,
        "data": query.data,
    }


def _content(message: Message) -> Json:
    if message.document is None:
        return given(text=message.text, entities=message.entities)
    seen = given(caption=message.text, caption_entities=message.entities)
    return {"document": message.document} | seen
