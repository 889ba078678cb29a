"""What bots say in chats besides answers, in both languages."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from mara.telegram.model.bot_config import BotLanguage


class ChatText(StrEnum):
    """The texts; their fields are in braces."""

    WELCOME = "welcome"
    LINKED = "linked"
    CODE_INVALID = "code_invalid"
    HELP = "help"
    PRIVACY = "privacy"
    KEPT_NOTHING = "kept_nothing"
    KEPT_BY_RULES = "kept_by_rules"
    READ_BY_RULES = "read_by_rules"
    DECLINED = "declined"
    LIMITED = "limited"
    TOO_DEAR = "too_dear"
    NO_TEXT = "no_text"
    UNKNOWN_COMMAND = "unknown_command"
    OWNER_ONLY = "owner_only"
    MUTED = "muted"
    UNMUTED = "unmuted"
    MUTE_USAGE = "mute_usage"
    STATUS = "status"
    BALANCE = "balance"
    NO_AGENT = "no_agent"
    NO_MONEY = "no_money"
    NOT_IN_PLAN = "not_in_plan"
    LIMIT_REACHED = "limit_reached"
    UNAVAILABLE = "unavailable"
    FAILED = "failed"
    RELATED = "related"
    SOURCES = "sources"
    CUT = "cut"


TEXTS: Final[Mapping[ChatText, Mapping[BotLanguage, str]]] = {
    ChatText.WELCOME: {
        BotLanguage.RU: "Здравствуйте! Задайте вопрос, и я отвечу по документам компании, "
        "с указанием источника. Список команд: /help",
        BotLanguage.EN: "Hello! Ask a question, and I answer from the company's documents, with "
        "the source. Commands: /help",
    },
    ChatText.LINKED: {
        BotLanguage.RU: "Готово: теперь вы можете задавать вопросы. Список команд: /help",
        BotLanguage.EN: "Done: you may ask questions now. Commands: /help",
    },
    ChatText.CODE_INVALID: {
        BotLanguage.RU: "Приглашение не действует: оно работает один раз и в течение 10 минут. "
        "Попросите новое у владельца бота.",
        BotLanguage.EN: "The invitation is not valid: it works once, within 10 minutes. Ask the "
        "owner of the bot for a new one.",
    },
    ChatText.HELP: {
        BotLanguage.RU: "Я отвечаю на вопросы по документам компании и называю источник.\n\n"
        "В личном чате просто напишите вопрос. В группе упомяните {bot} или ответьте на моё "
        "сообщение.\n\n/ask вопрос — задать вопрос\n/privacy — что хранится\n"
        "/mute 2h — без алертов, кроме критических (для владельца и администраторов)\n"
        "/status — состояние бота (для владельца)\n/balance — баланс (для владельца)",
        BotLanguage.EN: "I answer questions from the company's documents and name the source.\n\n"
        "In a private chat, write the question. In a group, mention {bot} or reply to my message."
        "\n\n/ask question — ask a question\n/privacy — what is kept\n"
        "/mute 2h — no alerts but critical ones (for the owner and administrators)\n"
        "/status — the state of the bot (for its owner)\n/balance — the balance (for its owner)",
    },
    ChatText.PRIVACY: {
        BotLanguage.RU: "Сообщение хранится, пока не обработано; если обработать его не удалось, — "
        "7 дней. Вопросы ко мне и ответы сохраняются в аккаунте владельца бота, пока он их не "
        "удалит. Новый вопрос в группе продолжает разговор не дольше 24 часов. {rules}",
        BotLanguage.EN: "A message is kept until it is handled; one that could not be handled, 7 "
        "days. Questions to me and their answers are kept in the account of the bot's owner until "
        "the owner deletes them. In a group, a question continues the conversation of the last 24 "
        "hours. {rules}",
    },
    ChatText.KEPT_NOTHING: {
        BotLanguage.RU: "На остальные сообщения я не отвечаю и не запоминаю их.",
        BotLanguage.EN: "Other messages are neither answered nor remembered.",
    },
    ChatText.KEPT_BY_RULES: {
        BotLanguage.RU: "Этот чат читают правила владельца: прочитанные ими сообщения хранятся до "
        "{days} дней в зашифрованном виде, чтобы проверять правила. Сообщения, на которые правило "
        "сработало, становятся алертами и хранятся {alert_days} дней.",
        BotLanguage.EN: "Rules of the owner read this chat: the messages that they read are kept, "
        "encrypted, for up to {days} days to try rules on. Those on which a rule fired become "
        "alerts, which are kept {alert_days} days.",
    },
    ChatText.READ_BY_RULES: {
        BotLanguage.RU: "Этот чат читают правила владельца. Сообщения, на которые правило "
        "сработало, становятся алертами и хранятся {alert_days} дней; остальные не хранятся.",
        BotLanguage.EN: "Rules of the owner read this chat. Messages on which a rule fired become "
        "alerts, which are kept {alert_days} days; others are not remembered.",
    },
    ChatText.DECLINED: {
        BotLanguage.RU: "Этот бот отвечает только приглашённым. Попросите ссылку у его владельца.",
        BotLanguage.EN: "This bot answers invited people only. Ask its owner for a link.",
    },
    ChatText.LIMITED: {
        BotLanguage.RU: "Слишком много вопросов подряд. Подождите минуту и спросите ещё раз.",
        BotLanguage.EN: "Too many questions. Wait a minute, and ask again.",
    },
    ChatText.TOO_DEAR: {
        BotLanguage.RU: "Дневной лимит расходов на ответы исчерпан. Спросите завтра или попросите "
        "владельца бота поднять лимит.",
        BotLanguage.EN: "The answers of the last 24 hours cost as much as the owner of the bot "
        "allows. Ask tomorrow, or ask the owner to raise the limit.",
    },
    ChatText.NO_TEXT: {
        BotLanguage.RU: "Я читаю только текст. Напишите вопрос словами.",
        BotLanguage.EN: "I read text only. Write the question in words.",
    },
    ChatText.UNKNOWN_COMMAND: {
        BotLanguage.RU: "Я не знаю этой команды. Список команд: /help",
        BotLanguage.EN: "I do not know this command. Commands: /help",
    },
    ChatText.OWNER_ONLY: {
        BotLanguage.RU: "Эта команда — только для владельца бота, в личном чате.",
        BotLanguage.EN: "This command is for the bot's owner only, in a private chat.",
    },
    ChatText.MUTED: {
        BotLanguage.RU: "До {until} сюда приходят только критические алерты. Остальные придут "
        "потом одним списком. Включить раньше: /mute off",
        BotLanguage.EN: "Until {until} only critical alerts are posted here. The others come "
        "afterwards, in one list. To end this earlier: /mute off",
    },
    ChatText.UNMUTED: {
        BotLanguage.RU: "Сюда снова приходят все алерты.",
        BotLanguage.EN: "All alerts are posted here again.",
    },
    ChatText.MUTE_USAGE: {
        BotLanguage.RU: "На сколько отключить алерты этого чата? Например: /mute 30m, /mute 2h, "
        "/mute 1d (не больше 7 дней). Критические приходят всегда. Включить: /mute off",
        BotLanguage.EN: "For how long are the alerts of this chat muted? For example /mute 30m, "
        "/mute 2h, /mute 1d (7 days at most). Critical ones are always posted. To end: /mute off",
    },
    ChatText.STATUS: {
        BotLanguage.RU: "Бот: {bot}, {state}\nАгент: {agent}",
        BotLanguage.EN: "Bot: {bot}, {state}\nAgent: {agent}",
    },
    ChatText.BALANCE: {
        BotLanguage.RU: "На балансе {available} USDT.",
        BotLanguage.EN: "The balance is {available} USDT.",
    },
    ChatText.NO_AGENT: {
        BotLanguage.RU: "У бота нет агента: его удалили. Владелец может выбрать другого в "
        "настройках бота.",
        BotLanguage.EN: "The bot has no agent: it was deleted. The owner can choose another one in "
        "the bot's settings.",
    },
    ChatText.NO_MONEY: {
        BotLanguage.RU: "Ответить нельзя: лимит тарифа исчерпан или на балансе не хватает средств. "
        "Владелец может пополнить баланс или сменить тариф; затем повторите вопрос.",
        BotLanguage.EN: "There is no answer: the plan's limit or the balance is used up. The owner "
        "can top up the balance or change the plan; then ask again.",
    },
    ChatText.NOT_IN_PLAN: {
        BotLanguage.RU: "Ответить нельзя: этого нет в тарифе. Владелец может сменить тариф.",
        BotLanguage.EN: "There is no answer: the plan does not include it. The owner can change "
        "the plan.",
    },
    ChatText.LIMIT_REACHED: {
        BotLanguage.RU: "Сейчас слишком много вопросов. Повторите через {seconds} с.",
        BotLanguage.EN: "There are too many questions now. Ask again in {seconds} s.",
    },
    ChatText.UNAVAILABLE: {
        BotLanguage.RU: "Поиск по документам сейчас недоступен. Повторите вопрос позже.",
        BotLanguage.EN: "The documents cannot be searched now. Ask again later.",
    },
    ChatText.FAILED: {
        BotLanguage.RU: "Ответить не получилось из-за ошибки. Повторите вопрос позже.",
        BotLanguage.EN: "An error prevented the answer. Ask again later.",
    },
    ChatText.RELATED: {
        BotLanguage.RU: "Ближайшие разделы, которые на вопрос не отвечают:",
        BotLanguage.EN: "The nearest sections, which do not answer the question:",
    },
    ChatText.SOURCES: {BotLanguage.RU: "Источники:", BotLanguage.EN: "Sources:"},
    ChatText.CUT: {
        BotLanguage.RU: "… продолжение раздела есть в документе",
        BotLanguage.EN: "… there is more of this section in the document",
    },
}
"""By text and language."""

STATES: Final[Mapping[str, Mapping[BotLanguage, str]]] = {
    "connecting": {BotLanguage.RU: "подключается", BotLanguage.EN: "connecting"},
    "active": {BotLanguage.RU: "работает", BotLanguage.EN: "active"},
    "webhook_taken": {
        BotLanguage.RU: "обновления забирает другая программа",
        BotLanguage.EN: "another program receives its updates",
    },
    "token_revoked": {
        BotLanguage.RU: "токен отозван",
        BotLanguage.EN: "its token was revoked",
    },
}


def chat_text(text: ChatText, language: BotLanguage, **fields: object) -> str:
    """The text in a language, with its fields filled in."""
    return TEXTS[text][language].format(**fields)


def language_in(*, is_private: bool, language_code: str, bot: BotLanguage) -> BotLanguage:
    """The language of a text: in private that of the person, elsewhere the bot's."""
    if not is_private or not language_code:
        return bot
    return BotLanguage.RU if language_code.lower().startswith("ru") else BotLanguage.EN
