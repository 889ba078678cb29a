"""Tells for how long posts wait: in the quiet hours of their source, and while a chat is muted."""

from dataclasses import dataclass
from datetime import datetime

from mara.alerts.model.alert_message import UNSEEN, AlertMessage
from mara.alerts.model.alert_post import AlertPost
from mara.alerts.model.severity import Severity
from mara.alerts.model.summary import ChatPlace
from mara.telegram.errors import BotChatNotFound
from mara.telegram.ports.chats import BotChats


@dataclass(frozen=True, slots=True)
class PostHolding:
    """Reads what holds posts back, in the caller's transaction."""

    chats: BotChats

    def until(
        self, message: AlertMessage, post: AlertPost, place: ChatPlace, at: datetime
    ) -> datetime | None:
        """When a post that no chat has seen is looked at again; None to show it now.

        Test alerts are shown in a muted chat: who sends one waits for it.
        """
        if message.shown not in UNSEEN:
            return None
        if message.quiet_hours is not None and message.is_held_back(post.severity, at):
            return message.quiet_hours.ends_after(at)
        return None if post.is_test else self.muted_until(place, post.severity, at)

    def muted_until(self, place: ChatPlace, severity: Severity, at: datetime) -> datetime | None:
        """Until when the chat takes no posts as severe as this one; None if it takes them."""
        return None if severity is Severity.CRITICAL else self.mute_of(place, at)

    def mute_of(self, place: ChatPlace, at: datetime) -> datetime | None:
        """Until when the chat takes none but critical posts; None if it takes all."""
        try:
            chat = self.chats.get(place.owner_id, place.config_id, place.chat_id)
        except BotChatNotFound:
            return None
        return chat.muted_until if chat.is_muted(at) else None
