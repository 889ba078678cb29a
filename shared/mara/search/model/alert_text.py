"""Reads the question: the name and the facts of an alert, in whatever form it was pasted.

The same alert arrives as the JSON of a webhook (Alertmanager's version 4, Grafana), as labels, as a
title of a chat message, as an e-mail or as lines of text. Names and annotations say what it is
about; labels are values of the day, such as a pod or an instance, and are left out.
"""

import re
from dataclasses import dataclass

from mara.search.model.json_fields import fields_of_json
from mara.search.model.labels import fields_of_labels

NAME_KEYS = ("alertname", "alert_name", "rulename", "rule_name", "alert")
"""Keys of the alert's name; the first of them that occurs counts."""
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


@dataclass(frozen=True, slots=True)
class AlertText:
    """What a question says, on one line; ``name`` is the alert's if the text has a key for it."""

    text: str
    name: str | None = None
    structured: bool = False

    @classmethod
    def read(cls, question: str) -> "AlertText":
        """Read a question; one in plain words is only brought on one line."""
        fields = fields_of_json(question) or _labels_of_alert(question)
        name = next((fields[key] for key in NAME_KEYS if fields.get(key)), None)
        keys = FACT_KEYS if any(map(fields.get, FACT_KEYS)) else OTHER_FACT_KEYS
        facts = [_prose(fields[key]) for key in keys if fields.get(key)]
        if name is None and not facts:
            return cls(_prose(question))
        parts = [name, *facts] if name else facts
        return cls(" ".join(dict.fromkeys(part for part in parts if part)), name, structured=True)


def _prose(text: str) -> str:
    text = SUBJECT.sub("", HEADER.sub("", QUOTED.sub("", text))).strip()
    state = STATE.match(text)
    if state:
        text = VALUES.sub(r"\1", text[state.end() :])
    return " ".join(text.split())


def _labels_of_alert(text: str) -> dict[str, str]:
    """The labels, if they name an alert, or if there are several with a fact among them."""
    fields = fields_of_labels(text)
    has_name = any(key in fields for key in NAME_KEYS)
    has_fact = any(key in fields for key in (*FACT_KEYS, *OTHER_FACT_KEYS))
    return fields if has_name or (has_fact and len(fields) > 1) else {}
