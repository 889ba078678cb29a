"""Applies the signals of one delivery to the alerts of its source."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from mara.alerts.model.alert import (
    Alert,
    AlertSource,
    AlertStatus,
    Episode,
    EpisodeEnd,
    RecordedSignal,
)
from mara.alerts.model.alert_message import AlertTarget
from mara.alerts.model.alert_post import AlertPost, key_of, question_of
from mara.alerts.model.alert_settings import AlertSettings
from mara.alerts.model.alert_state import AlertState, SignalOutcome
from mara.alerts.model.signal import Signal
from mara.kernel.ids import new_id

FIRES_ON = (SignalOutcome.REPEATED, SignalOutcome.WORSENED)


@dataclass(frozen=True, slots=True)
class SignalOrigin:
    """What signals came in by, who answers them, and where they are posted; None posts nowhere.

    ``delivery_id`` is that of the request or of the message that carried them.
    """

    owner_id: UUID
    source: AlertSource
    agent_id: UUID
    target: AlertTarget | None
    delivery_id: UUID
    alerting: AlertSettings = field(default_factory=AlertSettings)
    removed_config_id: UUID | None = None
    """The bot of the target, which was disconnected: the alerts go the next way."""


@dataclass(slots=True)
class Recording:
    """What is known of a source's alerts, and what its signals change; locked by the caller.

    ``alerts`` are by fingerprint, ``episodes`` (the open ones) by the alert's id, ``posts`` (the
    newest ones) by their key. The lists and sets hold what is to be stored.
    """

    origin: SignalOrigin
    alerts: dict[str, Alert]
    episodes: dict[UUID, Episode]
    posts: dict[str, AlertPost]
    changed_alerts: dict[UUID, Alert] = field(default_factory=dict)
    changed_episodes: dict[UUID, Episode] = field(default_factory=dict)
    new_posts: list[AlertPost] = field(default_factory=list)
    signals: list[RecordedSignal] = field(default_factory=list)
    alert_ids: dict[UUID, None] = field(default_factory=dict)
    superseded: dict[UUID, UUID] = field(default_factory=dict)
    """The new posts by those that a higher severity took the place of, in that order."""

    def receive(self, signal: Signal, at: datetime) -> None:
        """Apply one signal that arrived at ``at``; a duplicate changes nothing."""
        alert = self.alerts.get(signal.fingerprint) or self._new_alert(signal, at)
        state, outcome = alert.state.receive(signal, at)
        self.alert_ids[alert.id] = None
        if outcome is SignalOutcome.DUPLICATE:
            return
        alert = alert.after(signal, state, at)
        self.alerts[alert.fingerprint] = self.changed_alerts[alert.id] = alert
        self.signals.append(self._recorded(signal, alert, outcome, at))
        self._change_episode(signal, alert, outcome, at)

    def _change_episode(
        self, signal: Signal, alert: Alert, outcome: SignalOutcome, at: datetime
    ) -> None:
        state, episode = alert.state, self.episodes.get(alert.id)
        if outcome is SignalOutcome.OPENED:
            post = self._post(signal, at)
            self._keep(_opened(alert, post.id, at))
        elif outcome in FIRES_ON and episode:
            # After the cooldown, a message of a chat is a new post.
            may_be_new = outcome is SignalOutcome.WORSENED or signal.is_unique
            post_id = self._post(signal, at).id if may_be_new else episode.post_id
            self._keep(episode.still(state, post_id))
        elif outcome is SignalOutcome.RESOLVED and episode:
            ended_at = signal.without_future(at).ends_at or at
            over = episode.over(ended_at, EpisodeEnd.RESOLVED)
            self.changed_episodes[over.id] = over
            del self.episodes[alert.id]
        elif outcome is SignalOutcome.OUTDATED and not signal.is_firing and episode:
            # A late end: firings of an earlier outage are no longer counted in this episode.
            self._keep(episode.still(state, episode.post_id))

    def _keep(self, episode: Episode) -> None:
        self.episodes[episode.alert_id] = self.changed_episodes[episode.id] = episode

    def _post(self, signal: Signal, at: datetime) -> AlertPost:
        """The newest post of the question, or a new one."""
        key = key_of(signal)
        newest = self.posts.get(key)
        if newest is not None and newest.takes(signal, at, self.origin.alerting.cooldown):
            return newest
        post = AlertPost(
            id=new_id(),
            owner_id=self.origin.owner_id,
            source=self.origin.source,
            key=key,
            agent_id=self.origin.agent_id,
            name=signal.name,
            severity=signal.severity,
            question=question_of(signal),
            created_at=at,
            is_test=signal.is_test,
        )
        if newest is not None and newest.is_below(signal, at, self.origin.alerting.cooldown):
            self.superseded[newest.id] = post.id
        self.posts[key] = post
        self.new_posts.append(post)
        return post

    def _new_alert(self, signal: Signal, at: datetime) -> Alert:
        return Alert(
            id=new_id(),
            owner_id=self.origin.owner_id,
            source=self.origin.source,
            fingerprint=signal.fingerprint,
            name=signal.name,
            severity=signal.severity,
            status=AlertStatus.RESOLVED,
            state=AlertState(),
            first_at=at,
            last_at=at,
            summary=signal.summary,
            description=signal.description,
            labels=signal.labels,
            is_test=signal.is_test,
        )

    def _recorded(
        self, signal: Signal, alert: Alert, outcome: SignalOutcome, at: datetime
    ) -> RecordedSignal:
        return RecordedSignal(
            id=new_id(),
            owner_id=self.origin.owner_id,
            alert_id=alert.id,
            delivery_id=self.origin.delivery_id,
            received_at=at,
            is_firing=signal.is_firing,
            severity=signal.severity,
            outcome=outcome,
            starts_at=signal.starts_at,
            ends_at=signal.ends_at,
        )


def _opened(alert: Alert, post_id: UUID, at: datetime) -> Episode:
    state = alert.state
    return Episode(
        id=new_id(),
        owner_id=alert.owner_id,
        alert_id=alert.id,
        post_id=post_id,
        began_at=state.began_at or at,
        opened_at=at,
        severity=state.severity or alert.severity,
        count=state.count,
        last_at=state.last_at or at,
    )
