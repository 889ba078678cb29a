"""The platform's bot of the local stack: one of the simulated Telegram, or that of the operator."""

import os
from contextlib import suppress
from typing import Final

from infra.local.settings import keep_private, kept_private
from infra.local.telegram_client import TelegramPeople

USERNAME: Final = "mara_local_bot"
TOKEN_FILE: Final = "platform-bot-token"  # noqa: S105 - the name of a file
OWN_TOKEN: Final = "TELEGRAM_BOT_TOKEN"  # noqa: S105 - the name of a variable
OTHER_TELEGRAM: Final = "MARA_TELEGRAM_API_URL"


def prepare() -> None:
    """Make the bot in the simulated Telegram, and keep its token; idempotent.

    Raises TelegramRefused.
    """
    if os.environ.get(OWN_TOKEN) or os.environ.get(OTHER_TELEGRAM):
        return
    people = TelegramPeople()
    known = [bot["id"] for bot in people.state()["bots"] if bot["name"] == USERNAME]
    if known and kept_private(TOKEN_FILE):
        return
    made = (
        people.act("bots/revoke", bot_id=known[0])
        if known
        else people.act("bots", username=USERNAME)
    )
    keep_private(TOKEN_FILE, made["token"])


def connect() -> None:
    """Connect the bot now: its schedule would do so within five minutes. No effect without a token.

    A bot that Telegram does not let connect, such as one of a wrong token of the operator, is left
    to the schedule, whose log says why.
    """
    from infra.local.deployed import run_now

    if token():
        with suppress(RuntimeError):
            run_now("WatchBots")


def token() -> str:
    """Return the token of the operator's bot, else of the simulated one; empty without any.

    Another Telegram does not know the simulated bot.
    """
    if own := os.environ.get(OWN_TOKEN):
        return own
    return "" if os.environ.get(OTHER_TELEGRAM) else kept_private(TOKEN_FILE) or ""
