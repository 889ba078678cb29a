"""What the platform's bot says besides notices, in both languages."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from mara.telegram.model.bot_config import BotLanguage


class PlatformText(StrEnum):
    """The texts."""

    LINKED = "linked"
    LINKED_TO_OTHER = "linked_to_other"
    CODE_INVALID = "code_invalid"
    HELP = "help"
    NOT_LINKED = "not_linked"
    PRIVACY = "privacy"
    UNLINK_ASKED = "unlink_asked"
    UNLINKED = "unlinked"


PLATFORM_TEXTS: Final[Mapping[PlatformText, Mapping[BotLanguage, str]]] = {
    PlatformText.LINKED: {
        BotLanguage.RU: "Готово: сюда будут приходить уведомления вашего аккаунта.",
        BotLanguage.EN: "Done: the notices of your account come here.",
    },
    PlatformText.LINKED_TO_OTHER: {
        BotLanguage.RU: "Этот Telegram уже связан с другим аккаунтом. Сначала удалите связь: "
        "отправьте /unlink.",
        BotLanguage.EN: "This Telegram account is linked to another account. Remove that link "
        "first: send /unlink.",
    },
    PlatformText.CODE_INVALID: {
        BotLanguage.RU: "Ссылка не действует: она работает один раз и в течение 10 минут. "
        "Запросите новую в настройках аккаунта.",
        BotLanguage.EN: "The link is not valid: it works once, within 10 minutes. Get a new one "
        "in the settings of your account.",
    },
    PlatformText.HELP: {
        BotLanguage.RU: "Я присылаю уведомления вашего аккаунта. Какие — выбирается в его "
        "настройках.\n\n/unlink — удалить связь\n/privacy — что хранится",
        BotLanguage.EN: "I send the notices of your account. Its settings say which.\n\n"
        "/unlink — remove the link\n/privacy — what is kept",
    },
    PlatformText.NOT_LINKED: {
        BotLanguage.RU: "Я присылаю уведомления тем, кто связал свой аккаунт. Ссылка — в "
        "настройках аккаунта.",
        BotLanguage.EN: "I send notices to people who linked their account. The settings of the "
        "account have the link.",
    },
    PlatformText.PRIVACY: {
        BotLanguage.RU: "Хранится номер и имя вашего Telegram, пока вы не удалите связь; ваши "
        "сообщения — пока не обработаны, а если обработать не удалось, 7 дней; мои сообщения — "
        "{sent_days} дней, а об алертах — пока хранится алерт.",
        BotLanguage.EN: "Kept are the id and the name of your Telegram account until you remove "
        "the link; your messages until they are handled, 7 days where that fails; my messages "
        "{sent_days} days, those of alerts as long as the alert.",
    },
    PlatformText.UNLINK_ASKED: {
        BotLanguage.RU: "Удалить связь? Уведомления аккаунта и его алерты больше не придут сюда; "
        "владелец аккаунта узнает об этом.\n\n/unlink_yes — удалить",
        BotLanguage.EN: "Remove the link? The notices and alerts of the account come here no more; "
        "its owner is notified.\n\n/unlink_yes — remove it",
    },
    PlatformText.UNLINKED: {
        BotLanguage.RU: "Связь удалена: уведомления аккаунта сюда больше не приходят.",
        BotLanguage.EN: "The link is removed: the notices of the account come here no more.",
    },
}
"""By text and language."""
