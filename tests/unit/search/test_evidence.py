"""Each feature of the evidence, on invented words with an embedder that the test decides."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from mara.extraction.model import Place
from mara.search.model import Chunk, Evidence, Hit
from mara.search.model.matching import QueryAnalysis
from mara.search.service.evidence import RANKING_OFFSET, collect_evidence
from tests.support.agents import FakeEmbedder

CHUNKS = 1000


@dataclass
class SynonymEmbedder(FakeEmbedder):
    """A word has the cosine in ``synonyms`` with its synonym, and 0 with every other word."""

    synonyms: dict[tuple[str, str], float] = field(default_factory=dict)
    asked: list[Sequence[str]] = field(default_factory=list)
    _axes: dict[str, int] = field(default_factory=dict)

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        self.asked.append(texts)
        return [self._vector(text) for text in texts]

    def _vector(self, text: str) -> list[float]:
        vector = [0.0] * 50
        for (word, synonym), cosine in self.synonyms.items():
            if text == synonym:
                vector[self._axis(word)] = cosine
                vector[self._axis(synonym)] = (1 - cosine**2) ** 0.5
                return vector
        vector[self._axis(text)] = 1.0
        return vector

    def _axis(self, text: str) -> int:
        return self._axes.setdefault(text, len(self._axes))


def a_hit(
    text: str,
    *headings: str,
    score: float = 1.0,
) -> Hit:
    chunk = Chunk(UUID(int=1), UUID(int=2), 0, text, Place(headings=headings))
    return Hit(chunk, "0.txt", score)


def evidence(
    question: str, hit: Hit, synonyms: dict[tuple[str, str], float] | None = None
) -> Evidence:
    query = QueryAnalysis(question, {}, CHUNKS)
    return collect_evidence(query.gist, hit, CHUNKS, SynonymEmbedder(synonyms=synonyms or {}))


class TestCoverage:
    def test_is_the_share_of_the_words_that_text_and_titles_have(self) -> None:
        assert evidence("blorp snark", a_hit("Blorp zibbet.")).coverage == pytest.approx(0.5)
        assert evidence("blorp snark", a_hit("Blorp.", "Snark")).coverage == pytest.approx(1.0)
        assert evidence("blorp snark", a_hit("Zibbet mumsy.")).coverage == 0.0

    @pytest.mark.parametrize(("cosine", "share"), [(0.4, 0.0), (0.65, 0.5), (0.9, 1.0), (1.0, 1.0)])
    def test_grows_with_the_cosine_of_a_synonym(self, cosine: float, share: float) -> None:
        found = evidence("blorp", a_hit("Frood."), synonyms={("blorp", "Frood"): cosine})
        assert found.coverage == pytest.approx(share, abs=1e-6)
        assert found.semantic_coverage == pytest.approx(share, abs=1e-6)

    def test_counts_a_word_of_the_family_for_the_most_part(self) -> None:
        found = evidence("перезапустить", a_hit("Перезапуск."))
        assert found.coverage == pytest.approx(0.8)
        assert found.semantic_coverage == 0.0

    def test_leaves_out_values_of_the_day(self) -> None:
        alert = "blorp on 10.0.3.17:9100 of pod-7d4b for 5m"
        assert evidence(alert, a_hit("Blorp pod.")).coverage > 0.9

    @pytest.mark.parametrize(
        ("question", "text"), [("blorp snark", ""), ("the and of", "Blorp snark."), ("", "")]
    )
    def test_is_nothing_without_a_word_in_the_question_or_the_passage(
        self, question: str, text: str
    ) -> None:
        assert evidence(question, a_hit(text)).coverage == 0.0

    def test_embeds_each_word_once(self) -> None:
        embedder = SynonymEmbedder()
        gist = QueryAnalysis("blorp snark blorp frood", {}, CHUNKS).gist
        collect_evidence(gist, a_hit("blorp wabe blorp. mimsy", "snark blorp"), 1, embedder)
        (asked,) = embedder.asked
        assert sorted(asked) == ["blorp", "frood", "mimsy", "snark", "wabe"]


class TestRanking:
    def test_is_the_score_relative_to_the_logarithm_of_the_chunks(self) -> None:
        found = evidence("blorp", a_hit("Blorp.", score=21.0))
        assert found.ranking == pytest.approx(21.0 / (RANKING_OFFSET + math.log(CHUNKS)))


class ForgetfulEmbedder(FakeEmbedder):
    """Returns no vector for the last text."""

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        return super().embed_passages(texts)[:-1]


def test_an_embedder_that_leaves_out_a_text_is_an_error() -> None:
    """Else the vectors of words could be mixed up, and a wrong answer look right."""
    gist = QueryAnalysis("blorp snark", {}, CHUNKS).gist
    with pytest.raises(ValueError, match="shorter"):
        collect_evidence(gist, a_hit("Blorp snark frood."), 1, ForgetfulEmbedder())
