"""Reads the question: the name and the facts of an alert, in whatever form it was pasted.

The same alert arrives as the JSON of a webhook (Alertmanager's version 4, Grafana), as labels, as a
title of a chat message, as an e-mail or as lines of text. Names and annotations say what it is
about; labels are values of the day, such as a pod or an instance, and are left out.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mara.search.model.alert_fields import NAME_KEYS, PastedAlert, name_in, runbook_in
from mara.search.model.json_fields import alert_of_json
from mara.search.model.labels import alert_of_labels

FACT_KEYS = ("summary", "description")
OTHER_FACT_KEYS = ("message", "msg", "title", "text", "body", "details")
"""Keys of annotations, in the order in which they are read; the others only where the first are
missing, since a message for people repeats them among labels."""

STATE = re.compile(
    r"\s*\[\s*(?:firing|resolved|alerting|ok|no ?data|alert|triggered|problem|critical|warning)"
    r"[^\]\n]{0,40}\]\s*:?\s*",
    re.IGNORECASE,
)
"""The state before the title of a chat message or of a subject: ``[FIRING:2] ``."""
VALUES = re.compile(r"^(\S+)\s+\([^()\n]*\)")
"""The group's labels behind the name in such a title: ``Name (prod-eu warning)``."""
HEADER = re.compile(
    r"^(?:from|to|cc|bcc|date|sent|reply-to|message-id|от|кому|копия|дата|отправлено)\s*:.*$",
    re.IGNORECASE | re.MULTILINE,
)
SUBJECT = re.compile(
    r"^(?:subject|тема)\s*:\s*(?:(?:re|fwd?)\s*:\s*)*", re.IGNORECASE | re.MULTILINE
)
QUOTED = re.compile(r"^[ \t]*(?:>[ \t]*)+", re.MULTILINE)


NUL = "\x00"
"""JSON can escape it, and PostgreSQL takes no text with it."""
OTHERS_MAX = 20
"""Other alerts that are named."""
NAME_CHARACTERS_MAX = 100
"""Of the name of another alert; a longer one is cut."""


@dataclass(frozen=True, slots=True)
class AlertText:
    """What a question says, on one line; ``name`` is the alert's if the text has a key for it.

    ``others`` are the names of the other alerts in it that fire, in order, at most OTHERS_MAX.
    ``facts`` are the annotations by key, and ``around`` is the text around a JSON object or before
    labels. ``runbook`` are the names that its link to a runbook has, that of a section first.
    """

    text: str
    name: str | None = None
    structured: bool = False
    others: Sequence[str] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    around: str = ""
    runbook: Sequence[str] = ()

    @classmethod
    def read(cls, question: str) -> "AlertText":
        """Read a question; one in plain words is only brought on one line."""
        pasted = alert_of_json(question)
        pasted = pasted if pasted.fields else _labels_of_alert(question)
        fields = {key: found.replace(NUL, "") for key, found in pasted.fields.items()}
        name = name_in(fields)
        keys = FACT_KEYS if any(map(fields.get, FACT_KEYS)) else OTHER_FACT_KEYS
        facts = {key: fields[key] for key in keys if fields.get(key)}
        if name is None and not facts:
            return cls(_prose(question))
        parts = [*([name] if name else []), *map(_prose, facts.values())]
        text = " ".join(dict.fromkeys(part for part in parts if part))
        return cls(
            text,
            name,
            structured=True,
            others=_others(pasted, name),
            facts=facts,
            around=pasted.around,
            runbook=runbook_in(fields),
        )


def _others(pasted: PastedAlert, name: str | None) -> Sequence[str]:
    """The distinct names of the alerts that fire, without the one that is asked about."""
    firing = dict.fromkeys(_line(alert.name) for alert in pasted.alerts if alert.fires)
    others = [other for other in firing if other and other != _line(name or "")]
    return others[:OTHERS_MAX]


def _line(name: str) -> str:
    return " ".join(name.replace(NUL, "").split())[:NAME_CHARACTERS_MAX]


def _prose(text: str) -> str:
    text = SUBJECT.sub("", HEADER.sub("", QUOTED.sub("", text))).strip()
    state = STATE.match(text)
    if state:
        text = VALUES.sub(r"\1", text[state.end() :])
    return " ".join(text.split())


def _labels_of_alert(text: str) -> PastedAlert:
    """The labels, if they name an alert, or if there are several with a fact among them."""
    found = alert_of_labels(text)
    has_fact = any(key in found.fields for key in (*FACT_KEYS, *OTHER_FACT_KEYS))
    has_name = any(key in found.fields for key in NAME_KEYS)
    return found if has_name or (has_fact and len(found.fields) > 1) else PastedAlert({})
