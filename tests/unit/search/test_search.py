"""Which passages the configured reranker reads."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mara.kernel.ids import new_id
from mara.kernel.principal import Principal, Role
from mara.search.model import Hit, RankedCandidate
from mara.search.model.matching import QueryAnalysis
from mara.search.service.reranking import FeatureReranker
from mara.search.service.search import SearchService
from tests.support.agents import FakeEmbedder, FakeIndex, a_hit, no_transaction

NAMED = a_hit("Restart the daemon.", headings=("DiskWillFillSoon",))
OTHERS = [a_hit("Restart the queue."), a_hit("Restart the clock.")]


@dataclass
class ReversingReranker:
    """Turns the order round, and remembers what it read."""

    read: list[list[str]] = field(default_factory=list)

    def rerank(
        self, query: QueryAnalysis, ranked: Sequence[RankedCandidate]
    ) -> list[RankedCandidate]:
        if ranked:
            self.read.append([each.candidate.chunk.text for each in ranked])
        return [*ranked][::-1]


def retrieve(hits: Sequence[Hit], question: str) -> tuple[list[str], list[list[str]]]:
    """The texts found, best first, and what the reranker read."""
    reranker = ReversingReranker()
    service = SearchService(FakeIndex(hits), FakeEmbedder(), reranker, no_transaction)
    found = service.retrieve(Principal(new_id(), Role.USER), question)
    return [hit.chunk.text for hit in found.hits], reranker.read


def test_all_passages_where_the_question_names_none() -> None:
    _, read = retrieve([NAMED, *OTHERS], "How do I restart it?")
    assert [sorted(texts) for texts in read] == [
        sorted(hit.chunk.text for hit in (NAMED, *OTHERS)),
    ]


def test_only_those_that_the_question_names() -> None:
    """What follows them decides nothing, and a model is slow."""
    found, read = retrieve([*OTHERS, NAMED], "DiskWillFillSoon fires. How do I restart it?")
    assert read == [[NAMED.chunk.text]]
    assert found[0] == NAMED.chunk.text
    assert sorted(found[1:]) == sorted(hit.chunk.text for hit in OTHERS)


class TestNamed:
    """Whether the question names the section that answers."""

    TITLE = "Halden Freight rules"

    def is_named(self, question: str, hits: Sequence[Hit]) -> bool:
        service = SearchService(FakeIndex(hits), FakeEmbedder(), FeatureReranker(), no_transaction)
        found = service.retrieve(Principal(new_id(), Role.USER), question)
        seen = service.evidence(found)
        return seen is not None and seen.named

    def test_not_by_a_title_of_several_sections_where_a_fact_is_asked_for(self) -> None:
        document = new_id()
        hits = [
            a_hit("Rest.", headings=(self.TITLE, "Breaks"), document_id=document),
            a_hit("Pay.", headings=(self.TITLE, "Fuel"), document_id=document),
        ]
        assert not self.is_named("What do the Halden Freight rules say of dogs?", hits)
        assert self.is_named("What to do by the Halden Freight rules?", hits)
        assert not self.is_named("What do the Halden Freight rules say of dogs?", hits[:1])
        assert self.is_named("What are the Halden Freight rules?", hits)
        other = a_hit("Rest.", headings=("Breaks of other drivers",))
        assert self.is_named("What do the Halden Freight rules say of dogs?", [hits[0], other])

    def test_by_the_identifier_that_the_question_is_about(self) -> None:
        document = new_id()
        hits = [
            a_hit(text, headings=("DiskWillFillSoon", text), document_id=document)
            for text in ("Meaning", "Owner")
        ]
        assert self.is_named("Who owns DiskWillFillSoon?", hits)
