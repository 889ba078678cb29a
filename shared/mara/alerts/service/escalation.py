"""The message by which a person passes a post on to the chat for escalations."""

from collections.abc import Sequence
from datetime import datetime

from mara.alerts.model.alert import Alert
from mara.alerts.model.alert_message import AlertTarget
from mara.alerts.model.alert_post import AlertPost
from mara.alerts.model.vote import ESCALATED_BY
from mara.alerts.service.rendering import rendered
from mara.kernel.ids import new_id
from mara.telegram.model.bot_config import BotConfig
from mara.telegram.model.formatted_text import FormattedText, Span, TextFormat
from mara.telegram.model.outgoing import OutgoingMessage, Priority

Stands = tuple[AlertPost, Sequence[tuple[Alert, bool]], int]
"""A post with its alerts, whether each still fires, and how many were left out."""


def escalation_of(
    target: AlertTarget, config: BotConfig, stands: Stands, *, name: str, at: datetime
) -> OutgoingMessage | None:
    """The post as it stands, below who passed it on; None where the bot has no chat for it.

    ``config`` is the bot of the target, in whose language it is.
    """
    chat_id = target.chat_id or config.settings.target_chat_id
    post, found, left_out = stands
    if chat_id is None or not found:
        return None
    language = config.settings.language
    before, _, after = ESCALATED_BY[language].partition("{name}")
    head = FormattedText.of(before, Span(name or "?", TextFormat.CODE), after, "\n\n")
    text = rendered(post, found, language, at, left_out=left_out)
    return OutgoingMessage(
        id=new_id(),
        config_id=config.id,
        owner_id=post.owner_id,
        chat_id=chat_id,
        priority=Priority.ALERT,
        parts=(head + text.first, *text.others),
        due_at=at,
        thread_id=target.thread_id,
        file=text.file,
    )
