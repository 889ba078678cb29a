"""Posts that share one message of a chat: those of quiet hours, and those that are too many."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from mara.agents.model import Language
from mara.alerts.model.alert_message import AlertMessage, ShownContent
from mara.alerts.model.alert_post import AlertPost
from mara.alerts.model.severity import Severity
from mara.alerts.model.summary import HEADS, SUMMARY_LASTS, WHOLE_MAX, ChatPlace, summary_text
from mara.alerts.ports.messages import Summaries
from mara.alerts.service.holding import PostHolding
from mara.kernel.ids import new_id
from mara.telegram.model.bot_config import BotLanguage
from mara.telegram.model.message_parts import parts_of
from mara.telegram.model.outgoing import OutgoingMessage, Priority

PRIORITIES: Final = {ShownContent.DIGEST: Priority.DIGEST, ShownContent.STORM: Priority.ALERT}


@dataclass(frozen=True, slots=True)
class SummaryPosting:
    """Lists posts in shared messages, in the caller's transaction, which holds the owner's lock."""

    summaries: Summaries
    holding: PostHolding
    queue_messages: Callable[[Sequence[OutgoingMessage]], None]

    def is_storm(self, place: ChatPlace, post: AlertPost) -> bool:
        """Whether so many posts wait for the chat that this one is only listed."""
        return self.summaries.on_the_way(place, post.severity) >= WHOLE_MAX

    def list_storm(
        self,
        claimed: tuple[AlertMessage, Severity],
        place: ChatPlace,
        language: BotLanguage,
        at: datetime,
    ) -> None:
        """List this post and all that are due, in the summary of the storm or in a new one.

        More severe ones, which came since this one was claimed, may still be shown whole.
        """
        message, severity = claimed
        found = self._due(place, ShownContent.NOTHING, at, least=severity)
        summary = self.summaries.latest(place, ShownContent.STORM, at - SUMMARY_LASTS)
        listing = summary or new_id()
        self.summaries.put(place, _ids(message, found), ShownContent.STORM, listing)
        shared = _Shared(place, ShownContent.STORM, listing, language)
        self._queue(shared, at, is_edit=summary is not None)

    def post_digest(
        self, message: AlertMessage, place: ChatPlace, language: BotLanguage, at: datetime
    ) -> None:
        """Post one digest of this post and all that waited for the end of quiet hours."""
        found = self._due(place, ShownContent.HELD, at, least=Severity.CRITICAL)
        digest = new_id()
        self.summaries.put(place, _ids(message, found), ShownContent.DIGEST, digest)
        self._queue(_Shared(place, ShownContent.DIGEST, digest, language), at, is_edit=False)

    def edit(
        self, message: AlertMessage, place: ChatPlace, language: BotLanguage, at: datetime
    ) -> None:
        """Show what changed since in the message that lists this one."""
        assert message.message_id is not None  # noqa: S101 - what is listed has one
        shared = _Shared(place, message.shown, message.message_id, language)
        self._queue(shared, at, is_edit=True)

    def _due(
        self, place: ChatPlace, shown: ShownContent, at: datetime, *, least: Severity
    ) -> list[AlertMessage]:
        """The messages of the chat that are due, but for those that it holds back.

        Those more severe than ``least`` are left out.
        """
        due = self.summaries.due_in(place, shown, at)
        is_muted = self.holding.mute_of(place, at) is not None
        return [
            message
            for message, severity in due
            if severity.rank >= least.rank
            and not message.is_held_back(severity, at)
            and (severity is Severity.CRITICAL or not is_muted)
        ]

    def _queue(self, shared: "_Shared", at: datetime, *, is_edit: bool) -> None:
        place = shared.place
        listed = self.summaries.listed(place.owner_id, shared.message_id)
        text = summary_text(listed, HEADS[shared.shown], Language(shared.language))
        queued = OutgoingMessage(
            id=new_id() if is_edit else shared.message_id,
            config_id=place.config_id,
            owner_id=place.owner_id,
            chat_id=place.chat_id,
            priority=PRIORITIES[shared.shown],
            parts=(parts_of(text)[0],),
            due_at=at,
            thread_id=place.thread_id,
            edits=shared.message_id if is_edit else None,
        )
        self.queue_messages([queued])


@dataclass(frozen=True, slots=True)
class _Shared:
    """A message that lists posts."""

    place: ChatPlace
    shown: ShownContent
    message_id: UUID
    language: BotLanguage


def _ids(claimed: AlertMessage, others: Collection[AlertMessage]) -> set[UUID]:
    return {message.post_id for message in (claimed, *others)}
