"""Records signals: their alerts, episodes and posts, and the messages that show them in chats."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mara.alerts.messages import AlertUndelivered, AnswerAlerts, PostAlerts
from mara.alerts.model.alert_message import (
    ANSWER_AWAITED_FOR,
    WAYS_LOCK,
    AlertMessage,
    AlertTarget,
    PostWay,
)
from mara.alerts.model.alert_post import key_of
from mara.alerts.model.recording import Recording, SignalOrigin
from mara.alerts.model.signal import Signal
from mara.alerts.ports import AlertPosts, Alerts
from mara.alerts.ports.messages import AlertMessages, OwnerChats
from mara.kernel.count_lock import CountLock
from mara.kernel.messages import Publish


@dataclass(frozen=True, slots=True)
class AlertRecorder:
    """Records signals in the caller's transaction, which has locked their source."""

    alerts: Alerts
    posts: AlertPosts
    messages: AlertMessages
    chats: OwnerChats
    lock_count: CountLock
    publish: Publish

    def record(
        self, origin: SignalOrigin, signals: Sequence[Signal], at: datetime
    ) -> Sequence[UUID]:
        """Store what the signals change, and ring for it; return the ids of their alerts."""
        recording = self._recording(origin, signals)
        for signal in signals:
            recording.receive(signal, at)
        self.posts.add_all(recording.new_posts)
        self.alerts.save(
            recording.changed_alerts.values(),
            recording.changed_episodes.values(),
            recording.signals,
        )
        for post_id, new_post_id in recording.superseded.items():
            self.alerts.move_open(origin.owner_id, post_id, new_post_id)
        if recording.new_posts:
            self.publish(AnswerAlerts(owner_id=origin.owner_id))
        if self._show(recording, at):
            self.publish(PostAlerts(owner_id=origin.owner_id))
        return tuple(recording.alert_ids)

    def _recording(self, origin: SignalOrigin, signals: Sequence[Signal]) -> Recording:
        owner_id, source = origin.owner_id, origin.source
        fingerprints = {signal.fingerprint for signal in signals}
        alerts = self.alerts.of_source(owner_id, source, fingerprints)
        episodes = self.alerts.open_episodes(owner_id, [alert.id for alert in alerts])
        keys = {key_of(signal) for signal in signals if signal.is_firing}
        posts = self.posts.newest(owner_id, source, keys)
        return Recording(
            origin=origin,
            alerts={alert.fingerprint: alert for alert in alerts},
            episodes={episode.alert_id: episode for episode in episodes},
            posts={post.key: post for post in posts},
        )

    def _show(self, recording: Recording, at: datetime) -> bool:
        """Let chats show the new posts, and what changed in others; whether any is to be shown."""
        origin = recording.origin
        owner_id, alerting = origin.owner_id, origin.alerting
        target, way = self._place(origin)
        if origin.removed_config_id is not None and recording.new_posts:
            self._tell(owner_id, origin.removed_config_id, recording.new_posts[0].id)
        changed = {episode.post_id for episode in recording.changed_episodes.values()}
        changed |= recording.superseded.keys()
        edited = self.messages.changed(owner_id, changed, at)
        if target is None:
            return edited > 0
        due_at = at + ANSWER_AWAITED_FOR
        quiet_hours, escalation = alerting.quiet_hours, alerting.escalation
        posted = [
            AlertMessage(
                post.id,
                owner_id,
                target,
                due_at,
                quiet_hours=quiet_hours,
                escalation=escalation,
                way=way,
            )
            for post in recording.new_posts
        ]
        self.messages.add_all(posted)
        return bool(edited or posted)

    def _place(self, origin: SignalOrigin) -> tuple[AlertTarget | None, PostWay]:
        """Where posts of the source are shown, and which of their ways that is.

        The bot of the source may be gone: they go to the chat for escalations, else to the owner's
        private chat with another bot or with the platform's.
        """
        target, removed = origin.target or origin.alerting.escalation, origin.removed_config_id
        if target is not None or removed is None:
            return target, PostWay.OWN
        # The bot of that chat may be on its way out.
        self.lock_count(origin.owner_id, WAYS_LOCK)
        private = self.chats.find(origin.owner_id, removed)
        if private is not None:
            return private, PostWay.PRIVATE
        platform = self.chats.find_platform(origin.owner_id)
        return (platform[0] if platform else None), PostWay.PLATFORM

    def _tell(self, owner_id: UUID, removed_config_id: UUID, post_id: UUID) -> None:
        """The notice is made in any case, one an hour."""
        self.publish(
            AlertUndelivered(
                config_id=removed_config_id, owner_id=owner_id, chat_id=None, message_id=post_id
            )
        )
