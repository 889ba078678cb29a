"""Errors of the telegram domain."""

from mara.kernel.errors import Conflict, Forbidden, Gone, Invalid, NotFound, Unavailable


class BotConfigNotFound(NotFound):
    """The bot does not exist, was disconnected, or belongs to another account."""

    title = "There is no such bot"
    fields = ("config_id",)


class BotChatNotFound(NotFound):
    """The bot is not in the chat, as far as Telegram has told."""

    title = "The bot does not know this chat"
    fields = ("chat_id",)


class BotPersonNotFound(NotFound):
    """The Telegram account is not linked to the bot."""

    title = "This account is not linked to the bot"
    fields = ("telegram_id",)


class WrongWebhookSecret(Forbidden):
    """An update has no secret, or not that of the bot's webhook."""

    title = "The secret of the webhook is missing or wrong"


class BotDisconnected(Gone):
    """The bot was disconnected; Telegram drops a webhook that answers so for a day."""

    title = "The bot was disconnected"


class MalformedUpdate(Invalid):
    """The body is not a JSON object with an update_id."""

    title = "The update is malformed"


class NoPublicUrl(Unavailable):
    """The installation does not know the address at which Telegram reaches it."""

    title = "Bots cannot be connected here"


class NoPlatformBot(Unavailable):
    """The installation has no bot of its own, or its token was revoked."""

    title = "Telegram accounts cannot be linked here"


class AccountNotLinked(NotFound):
    """The caller has no linked Telegram account."""

    title = "No Telegram account is linked"


class InvalidBotToken(Invalid):
    """Telegram does not accept the token, or the text does not have the form of a token."""

    title = "The bot token is not valid"
    fields = ("token",)


class TokenOfOtherBot(Invalid):
    """The new token belongs to another bot than the one that is connected."""

    title = "The token belongs to another bot"
    fields = ("token",)


class BotAlreadyConnected(Conflict):
    """The bot is connected already, by this account or another one."""

    title = "The bot is already connected"
    fields = ("token",)


class BotHasWebhook(Conflict):
    """Another program receives the bot's updates; taking the bot over replaces its webhook."""

    title = "The bot has a webhook of another program"
    fields = ("take_over",)


class WebhookRefused(Conflict):
    """Telegram does not accept the address of this API for updates; ``telegram`` are its words."""

    title = "Telegram refuses the address of the webhook"


class TelegramUnavailable(Unavailable):
    """Telegram cannot be reached, answers with an error of its own, or asks to wait."""

    title = "Telegram does not answer"


class UnreadableUpdate(Invalid):
    """An update is not of the types of the Bot API; the detail names fields, never their values."""

    title = "The update cannot be read"


class LaneWaits(Unavailable):
    """The next update of a lane is due in some seconds."""

    title = "The next try is due later"
