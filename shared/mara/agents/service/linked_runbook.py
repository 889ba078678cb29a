"""The runbook that an alert links to, found in the documents by the titles that the link says."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mara.agents.model.non_answers import without_non_answers
from mara.search.model import Hit, SearchMode
from mara.search.model.alert_text import AlertText
from mara.search.model.naming import TITLE_WORDS_MIN, name_parts, names_of, spelling_of
from mara.search.model.windows import titles_of
from mara.search.service.result import SearchResult

PARTS_MAX: Final = 8
"""A page with more parts is of several alerts: meaning, impact, diagnosis, mitigation are four."""

Search = Callable[[str, SearchMode], SearchResult]


@dataclass(frozen=True, slots=True)
class LinkedRunbook:
    """Finds what stands under a title that the link of an alert says.

    The title of a section counts only below that of its page, if the documents have both, and a
    page counts only with the section that is linked. A page of several alerts is no runbook of one
    that it does not name.
    """

    question: str
    search: Search

    def find(self) -> tuple[str, SearchResult] | None:
        """Return the text that was searched for, and what it found, without non-answers.

        ``None`` without a link that counts, or where a title says the alert's own name too.
        Raises what ``search`` does.
        """
        alert = AlertText.read(self.question)
        own = _squeezed(alert.name or "")
        linked = [_squeezed(name) for name in alert.runbook]
        if all(key == own for key in linked):
            return None
        titles = self._titles(alert)
        known = {key: title for one in titles for key, title in one.items()}
        said = [key for key in linked if len(name_parts(known.get(key, ""))) >= TITLE_WORDS_MIN]
        if any(own in one and not one.keys().isdisjoint(said) for one in titles):
            return None
        for key in said:
            if not any(one.keys() >= set(linked[: linked.index(key) + 1]) for one in titles):
                continue
            text = _asked_by(known[key], alert, is_named=own in known)
            found = self.search(text, SearchMode.HYBRID)
            found = found.keeping(without_non_answers(found.hits, self.question))
            above = {one for one in linked[linked.index(key) :] if one in known}
            is_there = [_titles_of(hit).keys() >= above for hit in found.answering]
            if found.named and all(is_there) and not _is_of_several(found.answering, key):
                return text, found
        return None

    def _titles(self, alert: AlertText) -> list[dict[str, str]]:
        """Those above each passage that has words of the alert's name or of its link."""
        names = [alert.name or "", *alert.runbook]
        found = self.search(" ".join(map(_as_identifier, names)), SearchMode.LEXICAL)
        return [_titles_of(hit) for hit in found.hits]


def _titles_of(hit: Hit) -> dict[str, str]:
    """The titles above a passage, without their numbers, by what links say."""
    titles = [names_of(title)[-1] for title in titles_of(hit.chunk, hit.filename)]
    return {_squeezed(title): title for title in titles}


def _is_of_several(hits: Sequence[Hit], key: str) -> bool:
    """Whether what stands below a title are runbooks of several alerts.

    They are titled with identifiers, as alerts are, or are many, or have the same parts.
    """
    places = [_below(key, _titles_of(hit)) for hit in hits]
    parts = {place[0] for place in places if place}
    pairs = {(place[1], place[0]) for place in places if place[1:]}
    has_same_parts = len(pairs) > len({part for part, _ in pairs})
    is_named = any(spelling_of(part) == "camel" for part in parts)
    return is_named or has_same_parts or len(parts) > PARTS_MAX


def _below(key: str, titles: Mapping[str, str]) -> Sequence[str]:
    """The titles below the one that a link says, the outermost first."""
    return list(titles.values())[list(titles).index(key) + 1 :] if key in titles else []


def _squeezed(name: str) -> str:
    """The letters and digits alone: the links of programs that publish runbooks have no more."""
    return "".join(name_parts(name))


def _as_identifier(name: str) -> str:
    """A name of one word as an identifier is spelled, which search finds as a whole, unstemmed."""
    return name if len(name_parts(name)) != 1 else name[:-1].lower() + name[-1:].upper()


def _asked_by(title: str, alert: AlertText, *, is_named: bool) -> str:
    """The alert with the title in place of its name, which is a fact unless a title has it."""
    parts = "-".join(name_parts(title))
    named = title if spelling_of(title) or not spelling_of(parts) else parts
    own_name = "" if is_named else alert.name or ""
    summary = " ".join([own_name, *alert.facts.values()]).strip()
    found = {"labels": {"alertname": named}, "annotations": {"summary": summary}}
    return json.dumps({"alerts": [found]}, ensure_ascii=False)
