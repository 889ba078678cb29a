"""The texts of a pasted alert by key, and the alerts that are pasted with it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

Fields = Mapping[str, str]
Pairs = Iterable[tuple[str, str]]

NAME_KEYS = ("alertname", "alert_name", "rulename", "rule_name", "alert")
"""Keys of the alert's name; the first of them that occurs counts."""
RUNBOOK_KEYS = ("runbook_url", "runbook")
"""Keys of the link to a runbook, or of its name."""
LINK_NAME_MAX = 200
"""Characters; what is longer is a text and no name."""
SITE = re.compile(r"^[a-z][a-z0-9+.-]*://[^/?#]*", re.IGNORECASE)
EXTENSION = re.compile(r"\.[a-z][a-z0-9]{1,4}$", re.IGNORECASE)
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


def runbook_in(fields: Fields) -> Sequence[str]:
    """The names in the link to a runbook: of a section, if it has one, and of the page."""
    link = next((fields[key] for key in RUNBOOK_KEYS if fields.get(key)), "")
    return names_in_link(link)


def names_in_link(link: str) -> Sequence[str]:
    """The last part of the fragment and of the path, without an extension; none without letters.

    A link may be a name alone: ``DiskFull``.
    """
    page, _, section = link.strip().partition("#")
    path = SITE.sub("", page).partition("?")[0]
    names = [_last_part(part) for part in (section, path)]
    return [one for one in names if len(one) <= LINK_NAME_MAX and any(map(str.isalpha, one))]


def _last_part(path: str) -> str:
    name = unquote(path.rstrip("/").rpartition("/")[2].replace("+", " "))
    return EXTENSION.sub("", name.replace("\x00", "")).strip()
