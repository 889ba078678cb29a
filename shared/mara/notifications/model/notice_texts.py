"""The texts of notices, in both languages; they are made when a notice is read."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from mara.kernel.money import format_usdt
from mara.notifications.model.notices import Notice, NoticeKind

TEXTS: Final[Mapping[NoticeKind, Mapping[str, str]]] = {
    NoticeKind.DEPOSIT_SEEN: {
        "en": "A deposit of {amount} USDT was seen; it is not final yet.",
        "ru": "Замечен платёж на {amount} USDT; он ещё не окончательный.",
    },
    NoticeKind.DEPOSIT_CREDITED: {
        "en": "A deposit of {amount} USDT was credited.",
        "ru": "Платёж на {amount} USDT зачислен.",
    },
    NoticeKind.DEPOSIT_ORPHANED: {
        "en": "A deposit of {amount} USDT disappeared from the blockchain.",
        "ru": "Платёж на {amount} USDT исчез из блокчейна.",
    },
    NoticeKind.RENEWAL_PAID: {
        "en": "An invoice of {amount} USDT was paid from the balance.",
        "ru": "Счёт на {amount} USDT оплачен с баланса.",
    },
    NoticeKind.RENEWAL_FAILED: {
        "en": "The balance did not cover {amount} USDT. Pay in by {until}.",
        "ru": "Баланса не хватило на {amount} USDT. Пополните его до {until}.",
    },
    NoticeKind.PAYMENT_REMINDER: {
        "en": "An invoice is not paid: {missing} USDT are missing. Pay in by {until}.",
        "ru": "Счёт не оплачен: не хватает {missing} USDT. Пополните баланс до {until}.",
    },
    NoticeKind.TRIAL_ENDING: {
        "en": "The trial ends on {ends}; then the subscription is charged.",
        "ru": "Пробный период закончится {ends}; затем спишется оплата подписки.",
    },
    NoticeKind.LIMIT_NEAR: {
        "en": "{percent} % of the allowance is used: {meter}.",
        "ru": "Израсходовано {percent} % лимита: {meter}.",
    },
    NoticeKind.LIMIT_REACHED: {
        "en": "The allowance is used up: {meter}.",
        "ru": "Лимит исчерпан: {meter}.",
    },
    NoticeKind.WEBHOOK_SWITCHED_OFF: {
        "en": "A webhook was switched off: its receiver did not accept events.",
        "ru": "Вебхук выключен: его получатель не принимал события.",
    },
    NoticeKind.BOT_REVOKED: {
        "en": "Telegram no longer knows the token of a bot: it neither reads nor writes.",
        "ru": "Telegram больше не знает токен бота: бот не читает и не пишет.",
    },
    NoticeKind.BOT_TAKEN: {
        "en": "The webhook of a bot is gone, or leads to another program: no updates come.",
        "ru": "Вебхук бота удалён или ведёт в другую программу: обновления не приходят.",
    },
    NoticeKind.BOT_CHAT_PENDING: {
        "en": "A bot was added to the chat {chat}. It is silent there until you approve the chat.",
        "ru": "Бота добавили в чат {chat}. Он молчит там, пока вы не одобрите чат.",
    },
    NoticeKind.CHAT_LOST: {
        "en": "A bot may no longer write to the chat {chat}.",
        "ru": "Бот больше не может писать в чат {chat}.",
    },
    NoticeKind.TOPIC_LOST: {
        "en": "A topic of the chat {chat} is closed or gone: its messages go to the chat itself.",
        "ru": "Тема чата {chat} закрыта или удалена: её сообщения идут в сам чат.",
    },
    NoticeKind.MESSAGE_UNDELIVERED: {
        "en": "A message for the chat {chat} was not delivered.",
        "ru": "Сообщение для чата {chat} не доставлено.",
    },
    NoticeKind.ALERT_UNDELIVERED: {
        "en": "Alerts could not be posted in the chat {chat}.",
        "ru": "Алерты не удалось отправить в чат {chat}.",
    },
    NoticeKind.INTAKE_REFUSED: {
        "en": "An intake refused alerts: {code}.",
        "ru": "Приём отклонил алерты: {code}.",
    },
    NoticeKind.TELEGRAM_UNLINKED: {
        "en": "The linked Telegram account removed its link: no notices go to Telegram any more.",
        "ru": "Связанный аккаунт Telegram удалил связь: уведомления в Telegram больше не приходят.",
    },
    NoticeKind.DOCUMENT_FAILED: {
        "en": "A document could not be read. The list of documents says why.",
        "ru": "Документ не удалось прочитать. Причина — в списке документов.",
    },
    NoticeKind.NEW_SESSION: {
        "en": "Somebody logged in to your account on a new device. If that was not you, end the "
        "session and change the password.",
        "ru": "В ваш аккаунт вошли с нового устройства. Если это были не вы, завершите сеанс и "
        "смените пароль.",
    },
    NoticeKind.PASSWORD_CHANGED: {
        "en": "The password of your account was changed. If that was not you, reset it by mail.",
        "ru": "Пароль вашего аккаунта изменён. Если это были не вы, сбросьте его по почте.",
    },
}
"""By kind and language."""

METERS_RU: Final[Mapping[str, str]] = {
    "answers": "ответы",
    "generated_tokens": "токены модели",
    "pages": "страницы",
    "alerts": "алерты",
    "stored_mb": "хранилище, МБ",
    "agents": "агенты",
    "bots": "боты",
}


def text_of(notice: Notice, language: str) -> str:
    """The text of the notice; ``language`` is ``ru`` or ``en``."""
    data = notice.data
    meter = str(data.get("meter", ""))
    return TEXTS[notice.kind][language].format(
        amount=_usdt(data.get("amount_micro_usdt")),
        missing=_usdt(data.get("missing_micro_usdt")),
        until=_moment(data.get("pay_until")),
        ends=_moment(data.get("ends_at")),
        chat=data.get("chat_id") or "—",
        percent=data.get("percent", ""),
        code=data.get("code", ""),
        meter=METERS_RU.get(meter, meter) if language == "ru" else meter.replace("_", " "),
    )


def _usdt(amount: Any) -> str:
    """Without zeros at the end, which say nothing in a sentence; two places at least."""
    whole, _, places = format_usdt(int(amount or 0)).partition(".")
    return f"{whole}.{places.rstrip('0').ljust(2, '0')}"


def _moment(text: str | None) -> str:
    return (
        datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC") if text else ""
    )
