"""What the doctor says, in both languages: what it saw, and what to do about it."""

from collections.abc import Mapping
from typing import Final

from mara.telegram.model.bot_config import BotLanguage
from mara.telegram.model.doctor import BotCase, BotFinding, CheckState

SEEN: Final[Mapping[BotCase, tuple[str, str]]] = {
    BotCase.TOKEN_VALID: ("Telegram knows the token: {bot}.", "Telegram знает токен: {bot}."),
    BotCase.TOKEN_REVOKED: (
        "Telegram does not know the token.",
        "Telegram не знает этот токен.",
    ),
    BotCase.TOKEN_UNKNOWN: ("Telegram did not answer: {words}", "Telegram не ответил: {words}"),
    BotCase.WEBHOOK_SET: ("Updates come to MARA.", "Обновления приходят в MARA."),
    BotCase.WEBHOOK_TAKEN: ("Updates go to {host}.", "Обновления уходят на {host}."),
    BotCase.WEBHOOK_MISSING: ("No webhook is set.", "Вебхук не установлен."),
    BotCase.WEBHOOK_UNKNOWN: ("Telegram did not answer: {words}", "Telegram не ответил: {words}"),
    BotCase.DELIVERED: (
        "Updates are accepted; {pending} wait at Telegram.",
        "Обновления принимаются; в очереди Telegram: {pending}.",
    ),
    BotCase.DELIVERY_FAILED: (
        "Telegram could not deliver at {at}: {words}; {pending} updates wait.",
        "Telegram не смог доставить обновление {at}: {words}; в очереди: {pending}.",
    ),
    BotCase.BACKLOG: (
        "{pending} updates wait at Telegram.",
        "В очереди Telegram ждут обновления: {pending}.",
    ),
    BotCase.KINDS_ALL: ("All kinds of updates come.", "Приходят все виды обновлений."),
    BotCase.KINDS_MISSING: (
        "These kinds of updates are not sent: {kinds}.",
        "Не отправляются обновления: {kinds}.",
    ),
    BotCase.UPDATE_CAME: ("The last update came at {at}.", "Последнее обновление пришло {at}."),
    BotCase.NO_UPDATE: (
        "No update has come in the last days.",
        "За последние дни не пришло ни одного обновления.",
    ),
    BotCase.LANES_IN_TIME: ("Updates are handled in time.", "Обновления обрабатываются вовремя."),
    BotCase.LANES_LATE: ("An update has waited since {at}.", "Обновление ждёт с {at}."),
    BotCase.NO_DEAD: ("All updates could be handled.", "Все обновления обработаны."),
    BotCase.SOME_DEAD: (
        "Updates that could not be handled: {count}.",
        "Обновлений, которые не удалось обработать: {count}.",
    ),
    BotCase.AGENT_THERE: ("The bot has an agent.", "У бота есть агент."),
    BotCase.AGENT_GONE: ("The agent was deleted.", "Агент удалён."),
    BotCase.PLAN_SUFFICES: ("The plan allows answers.", "Тариф позволяет отвечать."),
    BotCase.PLAN_USED_UP: ("Used up: {meters}.", "Исчерпано: {meters}."),
    BotCase.MEMBER_IN: ("The bot is in the chat.", "Бот состоит в чате."),
    BotCase.MEMBER_OUT: ("The bot is not in the chat: {words}", "Бота нет в чате: {words}"),
    BotCase.MIGRATED: (
        "The group became the supergroup {new}.",
        "Группа стала супергруппой {new}.",
    ),
    BotCase.CHAT_UNKNOWN: ("Telegram did not answer: {words}", "Telegram не ответил: {words}"),
    BotCase.MAY_WRITE: ("The bot may write.", "Бот может писать."),
    BotCase.MAY_NOT_WRITE: ("The bot may not write.", "Бот не может писать."),
    BotCase.TOPICS_RIGHT: ("Topics fit the settings.", "Темы соответствуют настройкам."),
    BotCase.NO_TOPICS: (
        "The settings name a topic, but the chat has none.",
        "В настройках указана тема, но тем в чате нет.",
    ),
    BotCase.SEES_ALL: ("The bot sees all messages.", "Бот видит все сообщения."),
    BotCase.PRIVACY_ON: (
        "The bot sees only commands, mentions and replies: privacy mode is on.",
        "Бот видит только команды, упоминания и ответы: включён режим приватности.",
    ),
    BotCase.ADDED_BEFORE: (
        (
            "Privacy mode is off, but the bot may have been added before that; then it is still on "
            "in this chat."
        ),
        (
            "Режим приватности выключен, но бот мог быть добавлен раньше; тогда в этом чате он ещё "
            "действует."
        ),
    ),
    BotCase.SEES_POSTS: (
        "In a channel all posts are seen, those of bots too.",
        "В канале видны все публикации, включая публикации ботов.",
    ),
    BotCase.SAW_BOTS: ("The bot sees messages of other bots.", "Бот видит сообщения других ботов."),
    BotCase.BOTS_UNKNOWN: (
        "No message of another bot has come yet; Telegram does not say whether one would.",
        "Сообщений других ботов ещё не было; Telegram не сообщает, придут ли они.",
    ),
    BotCase.NOT_PAUSED: ("Messages are sent at once.", "Сообщения отправляются сразу."),
    BotCase.PAUSED: (
        "Telegram accepts nothing for this chat before {at}.",
        "Telegram ничего не принимает для этого чата до {at}.",
    ),
}
"""By case: in English and in Russian."""

_SEND_TOKEN = (
    (
        "Send the bot's token from @BotFather by PUT /telegram/configs/{config_id}: it sets the "
        "webhook again."
    ),
    (
        "Отправьте токен бота из @BotFather через PUT /telegram/configs/{config_id}: вебхук "
        "установится заново."
    ),
)
_REPEAT = ("Repeat the check in a minute.", "Повторите проверку через минуту.")
_WAIT = ("Nothing is to do: it goes on by itself.", "Ничего делать не нужно: это пройдёт само.")

FIXES: Final[Mapping[BotCase, tuple[str, str]]] = {
    BotCase.TOKEN_REVOKED: _SEND_TOKEN,
    BotCase.TOKEN_UNKNOWN: _REPEAT,
    BotCase.WEBHOOK_TAKEN: _SEND_TOKEN,
    BotCase.WEBHOOK_MISSING: _SEND_TOKEN,
    BotCase.WEBHOOK_UNKNOWN: _REPEAT,
    BotCase.DELIVERY_FAILED: _REPEAT,
    BotCase.BACKLOG: _WAIT,
    BotCase.KINDS_MISSING: _SEND_TOKEN,
    BotCase.NO_UPDATE: (
        "Write to the bot in private, or add it to a group and mention it there.",
        "Напишите боту в личный чат или добавьте его в группу и упомяните там.",
    ),
    BotCase.LANES_LATE: _WAIT,
    BotCase.SOME_DEAD: (
        (
            "POST /telegram/configs/{config_id}/dead-updates/redrive tries them again. They are "
            "kept for 7 days."
        ),
        (
            "POST /telegram/configs/{config_id}/dead-updates/redrive обработает их ещё раз. Они "
            "хранятся 7 дней."
        ),
    ),
    BotCase.AGENT_GONE: (
        "Name another agent by PUT /telegram/configs/{config_id}.",
        "Укажите другого агента через PUT /telegram/configs/{config_id}.",
    ),
    BotCase.PLAN_USED_UP: (
        "Choose a larger plan, or allow overage.",
        "Выберите тариф больше или разрешите превышение лимита.",
    ),
    BotCase.MEMBER_OUT: ("Add the bot to the chat.", "Добавьте бота в чат."),
    BotCase.MIGRATED: (
        "Write a message in the supergroup: its id is then replaced everywhere.",
        "Напишите сообщение в супергруппе: её номер заменится везде.",
    ),
    BotCase.CHAT_UNKNOWN: _REPEAT,
    BotCase.MAY_NOT_WRITE: (
        (
            "Let members write in the group, or make the bot an administrator; in a channel, one "
            "who may post."
        ),
        (
            "Разрешите участникам писать в группе или сделайте бота администратором; в канале — с "
            "правом публикации."
        ),
    ),
    BotCase.NO_TOPICS: (
        "Enable topics in the chat, or remove target_thread_id from the settings.",
        "Включите темы в чате или уберите target_thread_id из настроек.",
    ),
    BotCase.PRIVACY_ON: (
        (
            "Make the bot an administrator. Or switch privacy mode off (@BotFather, /setprivacy, "
            "Disable), then remove the bot from the chat and add it again."
        ),
        (
            "Сделайте бота администратором. Или выключите режим приватности (@BotFather, "
            "/setprivacy, Disable), затем удалите бота из чата и добавьте снова."
        ),
    ),
    BotCase.ADDED_BEFORE: (
        "Remove the bot from the chat and add it again, or make it an administrator.",
        "Удалите бота из чата и добавьте снова или сделайте его администратором.",
    ),
    BotCase.BOTS_UNKNOWN: (
        (
            "Enable Bot-to-Bot Communication Mode in @BotFather, and make the bot an administrator "
            "or switch privacy mode off. In channels it is not needed."
        ),
        (
            "Включите Bot-to-Bot Communication Mode в @BotFather и сделайте бота администратором "
            "или выключите режим приватности. В каналах это не нужно."
        ),
    ),
    BotCase.PAUSED: _WAIT,
}
"""By case; none where nothing is wrong."""

LANGUAGES: Final = (BotLanguage.EN, BotLanguage.RU)


def seen_text(finding: BotFinding, language: BotLanguage) -> str:
    """What the check saw."""
    return SEEN[finding.case][LANGUAGES.index(language)].format(**finding.fields)


def fix_text(finding: BotFinding, language: BotLanguage, config_id: object) -> str | None:
    """What to do about it; None where nothing is wrong."""
    if finding.state is CheckState.OK:
        return None
    return FIXES[finding.case][LANGUAGES.index(language)].format(config_id=config_id)
