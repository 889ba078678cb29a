"""Methods about the bot itself: who it is, its webhook, its updates and commands."""

import json
import re
from typing import Any, Final

from infra.local.simulators.telegram.bots import Bot, of_bot
from infra.local.simulators.telegram.errors import WEBHOOK_IS_ACTIVE, ApiError, bad_request
from infra.local.simulators.telegram.model import Json
from infra.local.simulators.telegram.parameters import Parameters
from infra.local.simulators.telegram.webhooks import Settings, Webhook, info, is_local
from infra.local.simulators.telegram.world import World

PAGE_MAX: Final = 100
CONNECTIONS_DEFAULT, CONNECTIONS_MAX = 40, 100
SECRET: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")
COMMAND: Final = re.compile(r"[a-z0-9_]{1,32}")
COMMANDS_MAX: Final = 100
COMMAND_TEXT_MAX: Final = 256


def get_me(_: World, bot: Bot, __: Parameters) -> Json:
    """https://core.telegram.org/bots/api#getme."""
    return of_bot(bot)


def get_updates(world: World, bot: Bot, asked: Parameters) -> list[Json]:
    """https://core.telegram.org/bots/api#getupdates, without the wait. Raises ApiError."""
    if bot.webhook is not None:
        raise ApiError(409, WEBHOOK_IS_ACTIVE)
    if asked.values.get("allowed_updates") is not None:
        bot.queue.allow(asked.parsed("allowed_updates", list))
    bot.queue.confirm(asked.number("offset") or 0)
    limit = asked.number("limit") or PAGE_MAX
    waiting = bot.queue.pending(world.now())
    return [one.body for one in waiting[: max(1, min(limit, PAGE_MAX))]]


def set_webhook(world: World, bot: Bot, asked: Parameters) -> bool:
    """https://core.telegram.org/bots/api#setwebhook; http on loopback is allowed here.

    Raises ApiError.
    """
    url = asked.text("url")
    if not url:
        return delete_webhook(world, bot, asked)
    if not (url.startswith("https://") or is_local(url)):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    secret = asked.text("secret_token")
    if secret and not SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    connections = asked.number("max_connections") or CONNECTIONS_DEFAULT
    settings = Settings(url, secret or None, max(1, min(connections, CONNECTIONS_MAX)))
    if asked.values.get("allowed_updates") is not None:
        bot.queue.allow(asked.parsed("allowed_updates", list))
    _drop_pending(bot, asked)
    if bot.webhook is None or bot.webhook.settings != settings:
        bot.webhook = Webhook(settings, world.dice)
        bot.queue.restart(world.now())
    return True


def delete_webhook(_: World, bot: Bot, asked: Parameters) -> bool:
    """https://core.telegram.org/bots/api#deletewebhook."""
    bot.webhook = None
    _drop_pending(bot, asked)
    return True


def get_webhook_info(world: World, bot: Bot, _: Parameters) -> Json:
    """https://core.telegram.org/bots/api#getwebhookinfo."""
    return info(bot.webhook, bot.queue, world.now())


def set_my_commands(_: World, bot: Bot, asked: Parameters) -> bool:
    """https://core.telegram.org/bots/api#setmycommands. Raises ApiError."""
    commands: list[Any] = asked.parsed("commands", list)
    if len(commands) > COMMANDS_MAX:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for one in commands:
        if not COMMAND.fullmatch(one.get("command", "")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 0 < len(one.get("description", "")) <= COMMAND_TEXT_MAX:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    scope = json.dumps(asked.parsed("scope", dict), sort_keys=True)
    bot.commands[f"{scope} {asked.text('language_code')}"] = commands
    return True


def _drop_pending(bot: Bot, asked: Parameters) -> None:
    if asked.flag("drop_pending_updates"):
        bot.queue.clear()
