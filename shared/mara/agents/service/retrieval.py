"""Step 3 of an answer: search for passages, and select the best one of each section."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mara.agents.model.non_answers import without_non_answers
from mara.agents.model.passages import choose
from mara.agents.service.question import Question
from mara.kernel.principal import Principal
from mara.search.model import Evidence, Hit, SearchMode
from mara.search.model.alert_text import AlertText
from mara.search.model.naming import TITLE_WORDS_MIN, name_parts, names_of, spelling_of
from mara.search.model.windows import titles_of
from mara.search.service.result import SearchResult
from mara.search.service.search import SearchService

PARTS_MAX: Final = 8
"""A page with more parts is of several alerts: meaning, impact, diagnosis, mitigation are four."""


@dataclass(frozen=True, slots=True)
class Retrieval:
    """The passages that were selected for the search text ``text``, best first.

    Each is of another section. The first is the best hit; contents and empty fields of forms are
    no hits, and a heading without text stands for the text below it.

    ``evidence`` measures how well the best hit answers ``text``; ``None`` without a hit.
    ``unknown`` is the identifier that the question is about, if search found it nowhere.
    """

    text: str
    passages: Sequence[Hit]
    evidence: Evidence | None
    best: Hit | None = None
    unknown: str | None = None


@dataclass(frozen=True, slots=True)
class PassageRetriever:
    """Retrieves passages from the documents of an agent."""

    search: SearchService

    def retrieve(self, caller: Principal, question: Question) -> Iterator[Retrieval]:
        """Yield a retrieval for each search text; each search runs only when it is consumed.

        The first is of the runbook that an alert links to, if the documents have it.

        Raises SearchUnavailable, EmbeddingUnavailable.
        """
        yield from self._of_runbook(caller, question)
        for text in question.search_texts:
            found = self._search(caller, question, text)
            yield self._retrieval(question, text, self._kept(question, found), found.unknown)

    def _search(self, caller: Principal, question: Question, text: str) -> SearchResult:
        documents = question.agent.settings.document_ids
        return self.search.retrieve(caller, text, document_ids=documents)

    def _kept(self, question: Question, found: SearchResult) -> SearchResult:
        return found.keeping(without_non_answers(found.hits, question.text))

    def _retrieval(
        self, question: Question, text: str, found: SearchResult, unknown: str | None = None
    ) -> Retrieval:
        passages = choose(found.answering, question.text)[: question.agent.settings.top_k]
        best = found.hits[0] if found.hits else None
        return Retrieval(text, passages, self.search.evidence(found), best, unknown)

    def _of_runbook(self, caller: Principal, question: Question) -> Iterator[Retrieval]:
        """What stands under a title that the link says; nothing if the alert's own name does too.

        The title of a section counts only below that of its page, if the documents have both, and
        a page counts only with the section that is linked. A page of several alerts is no runbook
        of one that it does not name.
        """
        alert = AlertText.read(question.text)
        own = _squeezed(alert.name or "")
        linked = [_squeezed(name) for name in alert.runbook]
        if all(key == own for key in linked):
            return
        titles = self._titles(caller, question, [alert.name or "", *alert.runbook])
        known = {key: title for one in titles for key, title in one.items()}
        said = [key for key in linked if len(name_parts(known.get(key, ""))) >= TITLE_WORDS_MIN]
        if any(own in one and not one.keys().isdisjoint(said) for one in titles):
            return
        for key in said:
            if not any(one.keys() >= set(linked[: linked.index(key) + 1]) for one in titles):
                continue
            text = _asked_by(known[key], alert, is_named=own in known)
            found = self._kept(question, self._search(caller, question, text))
            above = {one for one in linked[linked.index(key) :] if one in known}
            is_there = [_titles(hit).keys() >= above for hit in found.answering]
            if found.named and all(is_there) and not _is_of_several(found.answering, key):
                yield self._retrieval(question, text, found)
                return

    def _titles(
        self, caller: Principal, question: Question, names: Sequence[str]
    ) -> list[dict[str, str]]:
        """Those above each passage that has words of the names."""
        text = " ".join(map(_as_identifier, names))
        documents, mode = question.agent.settings.document_ids, SearchMode.LEXICAL
        hits = self.search.retrieve(caller, text, document_ids=documents, mode=mode).hits
        return [_titles(hit) for hit in hits]


def _titles(hit: Hit) -> dict[str, str]:
    """The titles above a passage, without their numbers, by what links say."""
    titles = [names_of(title)[-1] for title in titles_of(hit.chunk, hit.filename)]
    return {_squeezed(title): title for title in titles}


def _is_of_several(hits: Sequence[Hit], key: str) -> bool:
    """Whether what stands below a title are runbooks of several alerts.

    They are titled with identifiers, as alerts are, or are many, or have the same parts.
    """
    places = [_below(key, _titles(hit)) for hit in hits]
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
