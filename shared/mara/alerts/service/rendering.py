"""The text of a post as its alerts and its answer stand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from mara.agents.model import Language
from mara.alerts.model.alert import Alert
from mara.alerts.model.alert_post import AlertPost
from mara.alerts.model.post import Post, PostedAlert, superseded_text
from mara.alerts.model.post_message import PostMessage, message_of
from mara.telegram.model.bot_config import BotLanguage

PLACES: Final = ("instance", "pod", "host", "node", "container", "uid", "device", "job")
"""Labels that tell the alerts of a post from each other, the first that one has."""


def rendered(
    post: AlertPost,
    found: Sequence[tuple[Alert, bool]],
    language: BotLanguage,
    at: datetime,
    *,
    left_out: int,
) -> PostMessage:
    """The message of a post as of ``at``; ``found`` are its alerts, and whether each fires.

    ``left_out`` are those that its last delivery only counted. A post without alerts has given all
    of them to a newer one of a higher severity.
    """
    if not found:
        return message_of(post, superseded_text(post.name, Language(language)), language)
    newest = max((alert for alert, _ in found), key=lambda alert: alert.last_at)
    stands = Post(
        name=post.name,
        severity=post.severity,
        alerts=[_posted(alert, fires=fires) for alert, fires in found],
        summary=newest.summary,
        description=newest.description,
        is_test=post.is_test,
        left_out=left_out,
    )
    return message_of(post, stands.text(Language(language), at), language)


def _posted(alert: Alert, *, fires: bool) -> PostedAlert:
    """The alert as this post has it: one that fires in a later post is over in this one."""
    place = next((alert.labels[key] for key in PLACES if alert.labels.get(key)), "")
    return PostedAlert(place, alert.state if fires else replace(alert.state, firings={}))
