"""Long questions: the body of an alert's webhook is taken as it is, and shortened for what follows.

A webhook may hold hundreds of alerts. What search and answers read of it is short: the name and the
annotations of one alert, the names of the others, and the words around the JSON.
"""

import json
from typing import Any
from urllib.parse import quote

from mara.search.model.alert_text import AlertText

SHORT_MAX = 4000
"""Characters of any question after ``shortened``: what is embedded, prompted and stored."""
NAME_MAX = 200
AROUND_MAX = 400
FRAME = 40
"""Characters for the brackets, quotes and keys around one annotation, at most."""


def shortened(question: str) -> str:
    """Return a question of at most SHORT_MAX characters that is read as this one is.

    Of a long alert, JSON of the same form remains, with the name, the annotations as far as they
    fit, and the names of the other alerts that fire. Other long questions are cut.
    """
    if len(question) <= SHORT_MAX:
        return question
    alert = AlertText.read(question)
    if not alert.structured:
        return question[:SHORT_MAX]
    around = alert.around[:AROUND_MAX]
    others = [{"labels": {"alertname": other}} for other in alert.others]
    first: dict[str, Any] = {"status": "firing", "labels": {}, "annotations": {}}
    if alert.name:
        first["labels"]["alertname"] = alert.name[:NAME_MAX]
    if alert.runbook:
        first["annotations"]["runbook_url"] = "#".join(
            quote(name, safe="") for name in reversed(alert.runbook)
        )
    whole = {"alerts": [first, *others]}
    for key, fact in alert.facts.items():
        room = SHORT_MAX - len(around) - len(_json(whole)) - FRAME
        if room > 0:
            first["annotations"][key] = _cut(fact, room)
    return f"{_json(whole)}\n{around}".strip()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _cut(text: str, room: int) -> str:
    """The beginning of the text that takes at most ``room`` characters as a string of JSON."""
    text = text[:room]
    while len(_json(text)) > room:
        text = text[: len(text) * 9 // 10]
    return text
