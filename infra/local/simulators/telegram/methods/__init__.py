"""The methods of the Bot API that the simulator answers."""

from collections.abc import Callable
from typing import Any

from infra.local.simulators.telegram.bots import Bot
from infra.local.simulators.telegram.methods import account, chats, editing, queries, sending
from infra.local.simulators.telegram.parameters import Parameters
from infra.local.simulators.telegram.world import World

Method = Callable[[World, Bot, Parameters], Any]

METHODS: dict[str, Method] = {
    "getme": account.get_me,
    "getupdates": account.get_updates,
    "setwebhook": account.set_webhook,
    "deletewebhook": account.delete_webhook,
    "getwebhookinfo": account.get_webhook_info,
    "setmycommands": account.set_my_commands,
    "sendmessage": sending.send_message,
    "senddocument": sending.send_document,
    "sendchataction": sending.send_chat_action,
    "editmessagetext": editing.edit_message_text,
    "editmessagereplymarkup": editing.edit_message_reply_markup,
    "answercallbackquery": queries.answer_callback_query,
    "getchat": chats.get_chat,
    "getchatmember": chats.get_chat_member,
    "getchatadministrators": chats.get_chat_administrators,
    "leavechat": chats.leave_chat,
}
"""By name in lower case: the server does not tell cases apart (Client.cpp, ``init_methods``)."""
