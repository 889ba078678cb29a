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
    asked: list[tuple[Sequence[str], Sequence[str]]] = field(default_factory=list)

    def nearest_cosines(self, words: Sequence[str], others: Sequence[str]) -> list[float]:
        self.asked.append((words, others))
        return [max(self._cosine(word, other) for other in others) for word in words]

    def _cosine(self, word: str, other: str) -> float:
        return float(word == other) or self.synonyms.get((word, other), 0.0)


def a_hit(text: str, *headings: str, score: float = 1.0, by_shared_titles: float = 0.0) -> Hit:
    chunk = Chunk(UUID(int=1), UUID(int=2), 0, text, Place(headings=headings))
    return Hit(chunk, "0.txt", score, by_shared_titles=by_shared_titles)


def evidence(
    question: str,
    *hits: Hit,
    synonyms: dict[tuple[str, str], float] | None = None,
    for_fact: bool = False,
) -> Evidence:
    query, embedder = QueryAnalysis(question, {}, CHUNKS), SynonymEmbedder(synonyms=synonyms or {})
    return collect_evidence(query, hits, embedder, for_fact=for_fact)


class TestCoverage:
    def test_is_the_share_of_the_words_that_text_and_titles_have(self) -> None:
        assert evidence("blorp snark", a_hit("Blorp zibbet.")).coverage == pytest.approx(0.5)
        assert evidence("blorp snark", a_hit("Blorp.", "Snark")).coverage == pytest.approx(1.0)
        assert evidence("blorp snark", a_hit("Zibbet mumsy.")).coverage == 0.0

    @pytest.mark.parametrize(("cosine", "share"), [(0.4, 0.0), (0.65, 0.5), (0.9, 1.0), (1.0, 1.0)])
    def test_grows_with_the_cosine_of_a_synonym(self, cosine: float, share: float) -> None:
        found = evidence("blorp", a_hit("Frood."), synonyms={("blorp", "Frood"): cosine})
        assert found.coverage == pytest.approx(share, abs=1e-6)

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

    def test_embeds_each_word_once_and_only_where_one_is_missing(self) -> None:
        embedder = SynonymEmbedder()
        hit = a_hit("blorp wabe blorp. mimsy", "snark blorp")
        for question, asked in (
            ("blorp snark", []),
            ("blorp frood snark frood", [(["frood"], ["snark", "blorp", "wabe", "mimsy"])]),
        ):
            collect_evidence(QueryAnalysis(question, {}, CHUNKS), [hit], embedder)
            assert [
                (list(words), [o for o in others if o != "0"]) for words, others in embedder.asked
            ] == asked


class TestRanking:
    def test_is_the_score_relative_to_the_logarithm_of_the_chunks(self) -> None:
        found = evidence("blorp", a_hit("Blorp.", score=21.0))
        assert found.ranking == pytest.approx(21.0 / (RANKING_OFFSET + math.log(CHUNKS)))


class TestTitle:
    def test_is_the_greatest_share_of_a_title_that_the_question_says(self) -> None:
        hit = a_hit("Zibbet.", "Frood", "Blorp snark")
        assert evidence("why blorp snark", hit).title == pytest.approx(1.0)
        assert 0.0 < evidence("why blorp", hit).title < 1.0
        assert evidence("why zibbet", hit).title == 0.0


class TestFact:
    """A question for a fact, under a title that several sections have."""

    WABE = a_hit("Snark.", "Blorp", "Wabe", score=21.0, by_shared_titles=7.0)
    FROOD = a_hit("Mumsy.", "Blorp", "Frood")

    def found(self, question: str, *hits: Hit) -> tuple[float, float, float]:
        seen = evidence(question, *hits, for_fact=True)
        return seen.coverage, seen.title, seen.ranking * (RANKING_OFFSET + math.log(CHUNKS))

    def test_has_no_evidence_in_a_title_that_other_sections_have(self) -> None:
        assert self.found("blorp zibbet", self.WABE, self.FROOD) == pytest.approx((0, 0, 14))
        assert self.found("blorp snark", self.WABE, self.FROOD) == pytest.approx((1, 0, 14))
        assert self.found("blorp wabe", self.WABE, self.FROOD) == pytest.approx((1, 1, 14))

    def test_has_evidence_in_a_title_of_one_section(self) -> None:
        coverage, title, _ = self.found("blorp zibbet", self.WABE, a_hit("Mumsy.", "Frood"))
        assert (coverage, title) == pytest.approx((0.5, 1))

    def test_is_about_the_subject_where_it_says_a_title_in_full_and_nothing_else(self) -> None:
        assert self.found("blorp", self.WABE, self.FROOD) == pytest.approx((1, 1, 21))
        mome = [a_hit("Snark.", "Blorp mome", text) for text in ("Wabe", "Frood")]
        assert self.found("blorp", *mome)[:2] == pytest.approx((0, 0))

    def test_is_answered_by_a_text_and_not_by_a_heading_alone(self) -> None:
        heading = a_hit("Blorp zibbet", "Blorp zibbet", score=30.0)
        assert self.found("zibbet", heading, self.WABE)[2] == pytest.approx(14)
        assert self.found("zibbet", heading)[2] == pytest.approx(30)

    def test_is_not_what_an_alert_asks(self) -> None:
        seen = evidence("blorp zibbet", self.WABE, self.FROOD)
        assert (seen.coverage, seen.title) == pytest.approx((0.5, 1.0))
