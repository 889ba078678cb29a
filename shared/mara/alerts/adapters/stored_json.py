"""Conversion of states, replies and failures to and from the values of JSON columns."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from mara.agents.adapters.tables import answers
from mara.agents.model import AnswerStatus, Reply, Usage
from mara.alerts.model.alert_post import AskFailure
from mara.alerts.model.alert_state import AlertState, Firing
from mara.alerts.model.severity import Severity
from mara.platform.schema import load_record

Stored = Mapping[str, Any]


def stored_state(state: AlertState) -> Stored:
    """Return what JSON can hold of a state: its mappings become lists."""
    return {
        "firings": [
            [began_at, one.count, one.last_at, one.severity]
            for began_at, one in state.firings.items()
        ],
        "ended_at": state.ended_at,
        "seen": [[*key, at] for key, at in state.seen.items()],
        "opened": list(state.opened),
    }


def load_state(stored: Stored) -> AlertState:
    """Return the state of an alert."""
    return AlertState(
        firings={
            datetime.fromisoformat(began_at): Firing(
                count, datetime.fromisoformat(last_at), Severity(severity)
            )
            for began_at, count, last_at, severity in stored["firings"]
        },
        ended_at=_moment(stored["ended_at"]),
        seen={
            (is_firing, _moment(starts_at), _moment(ends_at)): datetime.fromisoformat(at)
            for is_firing, starts_at, ends_at, at in stored["seen"]
        },
        opened=tuple(map(datetime.fromisoformat, stored["opened"])),
    )


def stored_reply(reply: Reply) -> Stored:
    """Return a reply as JSON."""
    return asdict(reply)


def load_reply(stored: Stored) -> Reply:
    """Return the reply of a post, as it was given."""
    load_citations = answers.c.citations.type.load  # type: ignore[attr-defined]
    return load_record(
        Reply,
        stored,
        status=AnswerStatus(stored["status"]),
        citations=load_citations(stored["citations"]),
        related=load_citations(stored["related"]),
        usage=load_record(Usage, stored["usage"]),
    )


def load_failure(stored: Stored) -> AskFailure:
    """Return why there is no answer."""
    return load_record(AskFailure, stored)


def _moment(stored: str | None) -> datetime | None:
    return None if stored is None else datetime.fromisoformat(stored)
