"""The message of a post in a chat: its alerts, and the section of the runbook or the reason."""

from dataclasses import dataclass, replace
from typing import Final

from mara.agents.model import Language
from mara.agents.model.messages import in_language
from mara.alerts.model.alert_message import ShownContent
from mara.alerts.model.alert_post import AlertPost, PostState
from mara.telegram.model.answer_text import answer_text
from mara.telegram.model.bot_config import BotLanguage
from mara.telegram.model.formatted_text import FormattedText
from mara.telegram.model.message_parts import UNITS_MAX, parts_of
from mara.telegram.model.outgoing import OutgoingFile

HEAD_UNITS_MAX: Final = 1900
"""UTF-16 units of the alerts. The rest of the first part is the answer's, so that an edit of the
alerts never moves what the next part begins with."""
FIRST_UNITS_MAX: Final = UNITS_MAX - HEAD_UNITS_MAX - 2
PARTS_MAX: Final = 4
"""A longer answer is a file beside the first part."""

WAITS: Final = {
    BotLanguage.EN: "The runbook is being searched …",
    BotLanguage.RU: "Ищу в регламенте …",
}
NO_ANSWER: Final = {
    BotLanguage.EN: "No section of a runbook is shown: {reason}",
    BotLanguage.RU: "Раздел регламента не показан: {reason}",
}
REASONS: Final = {
    "insufficient_funds": {
        BotLanguage.EN: "the balance is used up. The owner of the bot can deposit USDT.",
        BotLanguage.RU: "баланс исчерпан. Владелец бота может пополнить его в USDT.",
    },
    "usage_limit_reached": {
        BotLanguage.EN: "the plan's limit is reached. The owner of the bot can change the plan.",
        BotLanguage.RU: "лимит тарифа исчерпан. Владелец бота может сменить тариф.",
    },
    "not_in_plan": {
        BotLanguage.EN: "the plan has no alerts. The owner of the bot can change the plan.",
        BotLanguage.RU: "в тарифе нет алертов. Владелец бота может сменить тариф.",
    },
    "agent_not_found": {
        BotLanguage.EN: "the agent was deleted. The owner can choose another one for the intake.",
        BotLanguage.RU: "агент удалён. Владелец может выбрать для приёма алертов другого.",
    },
    "test_alerts_used_up": {
        BotLanguage.EN: "the test alerts of the day are used up.",
        BotLanguage.RU: "проверочные алерты на сегодня исчерпаны.",
    },
}
OTHER_REASON: Final = {
    BotLanguage.EN: "the agent does not answer at the moment. Look into the runbook itself.",
    BotLanguage.RU: "агент сейчас не отвечает. Откройте регламент сами.",
}


@dataclass(frozen=True, slots=True)
class PostMessage:
    """What is sent: the first part, those that follow, and a file if there are too many."""

    shown: ShownContent
    first: FormattedText
    others: tuple[FormattedText, ...] = ()
    file: OutgoingFile | None = None
    has_answer: bool = False
    """Whether a section is shown, which people may rate."""


def message_of(post: AlertPost, alerts: FormattedText, language: BotLanguage) -> PostMessage:
    """Put the answer below the alerts, of which ``alerts`` is the text."""
    whole = parts_of(_answer(post, language), first_max=FIRST_UNITS_MAX)
    head = parts_of(alerts, first_max=HEAD_UNITS_MAX)[0]
    first = head + FormattedText.of("\n\n") + whole[0]
    shown = ShownContent.ALERTS if post.state is PostState.WAITING else ShownContent.WHOLE
    has_answer = post.state is PostState.ANSWERED
    if len(whole) <= PARTS_MAX:
        return PostMessage(shown, first, tuple(whole[1:]), has_answer=has_answer)
    content = "\n".join(part.text for part in whole).encode()
    return PostMessage(
        shown, first, file=OutgoingFile("runbook.txt", content), has_answer=has_answer
    )


def _answer(post: AlertPost, language: BotLanguage) -> FormattedText:
    if post.reply is not None:
        # The agent answers in its own language, or that of the question: a post is in one.
        text = in_language(post.reply.text, Language(language))
        return answer_text(replace(post.reply, text=text), language)
    if post.state is PostState.WAITING:
        return FormattedText.of(WAITS[language])
    reason = REASONS.get(post.failure.code if post.failure else "", OTHER_REASON)
    return FormattedText.of(NO_ANSWER[language].format(reason=reason[language]))
