"""Methods that answer presses of buttons."""

from infra.local.simulators.telegram.bots import Bot
from infra.local.simulators.telegram.errors import QUERY_TOO_OLD, bad_request
from infra.local.simulators.telegram.parameters import Parameters
from infra.local.simulators.telegram.updates import QUERY_LIFE_S
from infra.local.simulators.telegram.world import World

ANSWER_MAX = 200


def answer_callback_query(world: World, bot: Bot, asked: Parameters) -> bool:
    """https://core.telegram.org/bots/api#answercallbackquery; it costs no budget.

    A press lives as long as its update does: 150 s (Client.cpp,
    ``process_new_callback_query_queue``). Without budget:
    https://github.com/tdlib/telegram-bot-api/issues/648. Raises ApiError.
    """
    query = world.queries.get(asked.text("callback_query_id"))
    if query is None or query.bot_id != bot.id or world.now() - query.at > QUERY_LIFE_S:
        raise bad_request(QUERY_TOO_OLD)
    text = asked.text("text")
    if len(text) > ANSWER_MAX:
        raise bad_request("MESSAGE_TOO_LONG")
    query.answer = {"text": text, "show_alert": asked.flag("show_alert")}
    return True
