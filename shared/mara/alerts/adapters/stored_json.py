"""Conversion of states, replies and failures to and from the values of JSON columns."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from mara.agents.adapters.tables import answers
from mara.agents.model import AnswerStatus, Reply, Usage
from mara.alerts.model.alert_post import AskFailure
from mara.alerts.model.alert_state import AlertState
from mara.alerts.model.firing import Firing
from mara.alerts.model.severity import Severity
from mara.platform.schema import load_record

Stored = Mapping[str, Any]


def stored_state(state: AlertState) -> Stored:
    """Return what JSON can hold of a state: its mappings become lists.

    The version before reads ``firings``, ``ended_at``, ``seen`` and ``opened`` alone.
    """
    return {
        "firings": [
            [began_at, one.count, one.last_at, one.severity]
            for began_at, one in state.firings.items()
        ],
        "folded_from": next(
            (one.folded_from for one in state.firings.values() if one.folded_from), None
        ),
        "is_untimed": state.is_untimed,
        "ended_at": state.ended_at,
        "seen": [],
        "said": [[*key, at] for key, at in state.seen.items()],
        "opened": list(state.opened),
    }


def load_state(stored: Stored) -> AlertState:
    """Return the state of an alert; that of the version before knows no signals again."""
    return AlertState(
        firings=_load_firings(stored),
        ended_at=_moment(stored["ended_at"]),
        seen={
            (has_time, digest): datetime.fromisoformat(at)
            for has_time, digest, at in stored.get("said", ())
        },
        opened=tuple(map(datetime.fromisoformat, stored["opened"])),
        is_untimed=stored.get("is_untimed", False),
    )


def _load_firings(stored: Stored) -> Mapping[datetime, Firing]:
    firings = {
        datetime.fromisoformat(began_at): Firing(
            count, datetime.fromisoformat(last_at), Severity(severity)
        )
        for began_at, count, last_at, severity in stored["firings"]
    }
    if folded_from := _moment(stored.get("folded_from")):
        # The oldest is the one that others are folded in.
        oldest = min(firings)
        firings[oldest] = replace(firings[oldest], folded_from=folded_from)
    return firings


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
