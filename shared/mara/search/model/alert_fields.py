"""The texts of a pasted alert by key, and the alerts that are pasted with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Fields = Mapping[str, str]
Pairs = Iterable[tuple[str, str]]

NAME_KEYS = ("alertname", "alert_name", "rulename", "rule_name", "alert")
"""Keys of the alert's name; the first of them that occurs counts."""
STATUS_KEYS = ("status", "state")
NOT_FIRING = ("resolved", "ok", "normal", "inactive", "pending")
"""States of Alertmanager, Prometheus and Grafana in which an alert does not fire."""


@dataclass(frozen=True, slots=True)
class NamedAlert:
    """One of the alerts of a text; ``fires`` is false if it is resolved or pending."""

    name: str
    fires: bool


@dataclass(frozen=True, slots=True)
class PastedAlert:
    """The first text of each key, and ``alerts`` in order.

    ``around`` is the text around a JSON object, or before labels.
    """

    fields: Fields
    alerts: Sequence[NamedAlert] = ()
    around: str = ""


def first_of_each(pairs: Pairs) -> dict[str, str]:
    """The first text of each key."""
    fields: dict[str, str] = {}
    for key, found in pairs:
        fields.setdefault(key, found)
    return fields


def name_in(fields: Fields) -> str | None:
    """The name of the alert with these fields, if it has one."""
    return next((fields[key] for key in NAME_KEYS if fields.get(key)), None)


def fires(state: object) -> bool:
    """Whether an alert in this state fires; one whose state is unknown does."""
    return str(state).lower() not in NOT_FIRING
