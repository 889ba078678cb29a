"""Methods that change a message that the bot sent."""

from infra.local.simulators.telegram.access import check_may_write, find_chat
from infra.local.simulators.telegram.bots import Bot
from infra.local.simulators.telegram.errors import NOT_MODIFIED, bad_request
from infra.local.simulators.telegram.methods.keyboards import buttons_of
from infra.local.simulators.telegram.methods.sending import text_of
from infra.local.simulators.telegram.model import Chat, Json, Message
from infra.local.simulators.telegram.parameters import Parameters
from infra.local.simulators.telegram.text import TEXT_MAX, units
from infra.local.simulators.telegram.views import of_message
from infra.local.simulators.telegram.world import World


def edit_message_text(world: World, bot: Bot, asked: Parameters) -> Json:
    """https://core.telegram.org/bots/api#editmessagetext. Raises ApiError.

    Buttons that are not named again disappear.
    """
    chat, message = _own_message(world, bot, asked)
    text, entities = text_of(asked, "text", "entities")
    if not text:
        raise bad_request("message text is empty")
    if units(text) > TEXT_MAX:
        raise bad_request("MESSAGE_TOO_LONG")
    if message.document is not None or message.service:
        raise bad_request("there is no text in the message to edit")
    buttons = buttons_of(asked)
    world.budgets.spend(bot.id, chat, world.now())
    if (text, entities, buttons) == (message.text, message.entities, message.buttons):
        raise bad_request(NOT_MODIFIED)
    message.text, message.entities, message.buttons = text, entities, buttons
    return _edited(world, chat, message)


def edit_message_reply_markup(world: World, bot: Bot, asked: Parameters) -> Json:
    """https://core.telegram.org/bots/api#editmessagereplymarkup. Raises ApiError."""
    chat, message = _own_message(world, bot, asked)
    buttons = buttons_of(asked)
    world.budgets.spend(bot.id, chat, world.now())
    if buttons == message.buttons:
        raise bad_request(NOT_MODIFIED)
    message.buttons = buttons
    return _edited(world, chat, message)


def _own_message(world: World, bot: Bot, asked: Parameters) -> tuple[Chat, Message]:
    chat = find_chat(world, bot, asked.chat())
    check_may_write(chat, bot)
    message = chat.messages.get(asked.number("message_id") or 0)
    if message is None:
        raise bad_request("message to edit not found")
    if message.bot_id != bot.id:
        raise bad_request("message can't be edited")
    return chat, message


def _edited(world: World, chat: Chat, message: Message) -> Json:
    message.edit_date = world.date()
    world.tell(chat, message, edited=True)
    return of_message(chat, message)
