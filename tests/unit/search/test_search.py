"""Which passages the configured reranker reads."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mara.kernel.ids import new_id
from mara.kernel.principal import Principal, Role
from mara.search.model import Hit, RankedCandidate
from mara.search.model.matching import QueryAnalysis
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
