"""What became of posts, in PostgreSQL."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import and_, bindparam, func, select, true
from sqlalchemy.dialects.postgresql import distinct_on

from mara.alerts.adapters.tables import alert_episodes, alert_messages, alert_posts, alert_votes
from mara.alerts.model.alert_overview import PostResult
from mara.alerts.model.vote import VoteCounts
from mara.platform.sql import Row, fetch_all

_posts, _episodes, _messages = alert_posts.c, alert_episodes.c, alert_messages.c
_votes = (
    select(
        func.count().filter(alert_votes.c.helped).label("helped"),
        func.count().filter(~alert_votes.c.helped).label("did_not_help"),
    )
    .where(alert_votes.c.owner_id == bindparam("owner_id"), alert_votes.c.post_id == _posts.id)
    .lateral("votes")
)

RESULTS = (
    select(
        _episodes.alert_id,
        _posts.id.label("post_id"),
        _posts.state,
        _posts.created_at,
        _posts.settled_at,
        _messages.escalated_at,
        _messages.chat_id,
        _votes.c.helped,
        _votes.c.did_not_help,
    )
    .ext(distinct_on(_episodes.alert_id))
    .join(alert_posts, _posts.id == _episodes.post_id)
    .outerjoin(
        alert_messages,
        and_(_messages.post_id == _posts.id, _messages.message_id.is_not(None)),
    )
    .join(_votes, true())
    .where(
        _episodes.owner_id == bindparam("owner_id"),
        _episodes.alert_id == func.any(bindparam("alert_ids")),
    )
    .order_by(_episodes.alert_id, _episodes.id.desc())
)


def results_of(owner_id: UUID, alert_ids: Collection[UUID]) -> Mapping[UUID, PostResult]:
    """Return what became of the newest post of each alert that has one, by the alert's id."""
    if not alert_ids:
        return {}
    rows = fetch_all(RESULTS, owner_id=owner_id, alert_ids=list(alert_ids))
    return {row.pop("alert_id"): _result(row) for row in rows}


def _result(row: Row) -> PostResult:
    votes = VoteCounts(row.pop("helped"), row.pop("did_not_help"))
    return PostResult(votes=votes, **row)
