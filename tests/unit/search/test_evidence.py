"""Each feature of the evidence, on invented words with an embedder that the test decides."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

import pytest

from mara.extraction.model import Place
from mara.search.model import Chunk, Evidence, Hit
from mara.search.model.bm25 import idf
from mara.search.model.matching import QueryAnalysis
from mara.search.service.evidence import collect_evidence
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


def a_hit(text: str, *headings: str, filename: str = "0.txt", semantic: float | None = None) -> Hit:
    chunk = Chunk(UUID(int=1), UUID(int=2), 0, text, Place(headings=headings))
    return Hit(chunk, filename, 1.0, semantic=semantic)


def collect(
    question: str,
    hit: Hit,
    synonyms: dict[tuple[str, str], float] | None = None,
    frequencies: dict[str, int] | None = None,
) -> list[Evidence]:
    query = QueryAnalysis(question, frequencies or {}, CHUNKS)
    return collect_evidence(query, hit, SynonymEmbedder(synonyms=synonyms or {}))


def evidence(
    question: str,
    text: str,
    *headings: str,
    synonyms: dict[tuple[str, str], float] | None = None,
    frequencies: dict[str, int] | None = None,
) -> Evidence:
    return collect(question, a_hit(text, *headings), synonyms, frequencies)[0]


class TestParts:
    def test_are_the_whole_query_and_each_of_its_lines(self) -> None:
        found = collect("blorp snark frood\nzibbet mumsy wabe", a_hit("Blorp snark frood."))
        assert [part.passage_coverage for part in found] == pytest.approx([0.5, 1.0, 0.0])

    def test_are_one_for_a_query_of_one_line(self) -> None:
        assert len(collect("blorp snark frood zibbet", a_hit("Blorp."))) == 1
        assert len(collect("\nblorp snark frood zibbet\n\n", a_hit("Blorp."))) == 1

    def test_leave_out_lines_of_fewer_than_three_words(self) -> None:
        lines = ["blorp snark", "blorp blorp snark", "the blorp and snark", "blorp snark frood"]
        assert len(collect("\n".join(lines), a_hit("Blorp."))) == 2

    def test_compare_each_line_with_its_own_words(self) -> None:
        hit = a_hit("Blorp snark frood.")
        _, first, second = collect("blorp snark frood\nzibbet mumsy wabe", hit)
        assert (first.sentence_similarity, second.sentence_similarity) == (1.0, 0.0)

    def test_have_the_cosine_of_the_hit(self) -> None:
        assert collect("blorp", a_hit("Blorp.", semantic=0.7))[0].cosine == 0.7
        assert collect("blorp", a_hit("Blorp."))[0].cosine == 0.0

    def test_embed_each_word_once(self) -> None:
        embedder = SynonymEmbedder()
        query = QueryAnalysis("blorp snark\nblorp frood zibbet\nsnark mumsy wabe", {}, CHUNKS)
        collect_evidence(query, a_hit("blorp wabe blorp. wabe mimsy", "snark blorp"), embedder)
        (asked,) = embedder.asked
        assert sorted(asked) == sorted(
            ["blorp", "snark", "frood", "zibbet", "mumsy", "wabe", "mimsy"]
        )


class ForgetfulEmbedder(FakeEmbedder):
    """Returns no vector for the last text."""

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        return super().embed_passages(texts)[:-1]


def test_an_embedder_that_leaves_out_a_text_is_an_error() -> None:
    """Else the vectors of words could be mixed up, and a wrong answer look right."""
    query = QueryAnalysis("blorp snark", {}, CHUNKS)
    with pytest.raises(ValueError, match="shorter"):
        collect_evidence(query, a_hit("Blorp snark frood."), ForgetfulEmbedder())


class TestNothing:
    NOTHING = Evidence(
        bigram_coverage=0.0,
        name_coverage=1.0,
        sentence_similarity=0.0,
        sentence_coverage=0.0,
        passage_coverage=0.0,
        semantic_coverage=0.0,
        cosine=0.0,
    )

    @pytest.mark.parametrize(
        ("question", "text"), [("blorp snark", ""), ("the and of", "Blorp snark."), ("", "")]
    )
    def test_is_found_without_a_word_in_the_question_or_the_passage(
        self, question: str, text: str
    ) -> None:
        assert evidence(question, text) == self.NOTHING

    def test_is_found_in_unrelated_words(self) -> None:
        assert evidence("blorp snark", "Zibbet mumsy.") == self.NOTHING


class TestCoverage:
    def test_is_that_of_the_best_sentence_and_of_the_passage(self) -> None:
        text = (
            "Blorp is all that this long first sentence says of it.\n"
            "Snark and frood are both in this second long sentence."
        )
        found = evidence("blorp snark frood zibbet", text)
        assert found.sentence_coverage == pytest.approx(0.5)
        assert found.passage_coverage == pytest.approx(0.75)

    def test_counts_a_title_as_a_sentence(self) -> None:
        found = evidence("blorp snark", "Zibbet.", "Mumsy", "Blorp snark")
        assert (found.sentence_coverage, found.passage_coverage) == (1.0, 1.0)
        assert found.sentence_similarity == 1.0

    def test_weighs_words_by_how_rare_they_are(self) -> None:
        frequencies = {"snark": 500}
        rare, common = idf(0, CHUNKS), idf(500, CHUNKS)
        found = evidence("blorp snark", "blorp.", frequencies=frequencies)
        assert found.passage_coverage == pytest.approx(rare / (rare + common))
        assert found.semantic_coverage == pytest.approx(rare / (rare + common))

    def test_counts_a_word_of_the_same_family_in_part(self) -> None:
        found = evidence("blorpness", "Blorpment.")
        assert found.passage_coverage == pytest.approx(0.8)
        assert found.semantic_coverage == 0.0

    @pytest.mark.parametrize(
        ("cosine", "match"),
        [(0.3, 0.0), (0.4, 0.0), (0.5, 0.2), (0.65, 0.5), (0.9, 1.0), (0.97, 1.0)],
    )
    def test_counts_a_synonym_by_its_cosine(self, cosine: float, match: float) -> None:
        found = evidence("blorp", "Zibbet wabe.", synonyms={("blorp", "wabe"): cosine})
        assert found.semantic_coverage == pytest.approx(match)
        assert found.passage_coverage == pytest.approx(match)
        assert found.sentence_coverage == pytest.approx(match)

    def test_takes_the_better_of_family_and_synonym(self) -> None:
        synonyms = {("blorpness", "Blorpment"): 0.5}
        assert evidence("blorpness", "Blorpment.", synonyms=synonyms).passage_coverage == 0.8
        synonyms = {("blorpness", "Blorpment"): 0.9}
        assert evidence("blorpness", "Blorpment.", synonyms=synonyms).passage_coverage == 1.0

    def test_takes_the_nearest_of_several_synonyms(self) -> None:
        synonyms = {("blorp", "wabe"): 0.65, ("blorp", "mumsy"): 0.5}
        found = evidence("blorp", "Mumsy wabe mumsy zibbet.", synonyms=synonyms)
        assert found.semantic_coverage == pytest.approx(0.5)

    def test_adds_up_the_words_of_the_question(self) -> None:
        synonyms = {("blorp", "wabe"): 0.65, ("snark", "mumsy"): 0.9}
        found = evidence("blorp snark frood zibbet", "mumsy wabe zibbet.", synonyms=synonyms)
        assert found.semantic_coverage == pytest.approx((0.5 + 1.0 + 0.0 + 1.0) / 4)


class TestSimilarity:
    def test_is_that_of_the_most_similar_pair_of_sentences(self) -> None:
        question = (
            "Zibbet the mumsy, which is not of any interest here at all.\nBlorp that snark frood?"
        )
        text = (
            "There is a wabe of which all of us have often been told.\nBlorp snark frood are here."
        )
        assert evidence(question, text).sentence_similarity > 0.5

    def test_counts_bigrams(self) -> None:
        assert evidence("blorp snark", "Blorp snark.").bigram_coverage == 1.0
        assert evidence("blorp snark", "Blorp. It is not here, but snark is.").bigram_coverage == 0

    def test_counts_no_bigram_of_a_title(self) -> None:
        assert evidence("blorp snark", "Frood.", "Blorp snark").bigram_coverage == 0.0


class TestNames:
    @pytest.mark.parametrize(
        ("question", "text", "share"),
        [
            ("tell of Blorp", "Snark blorp.", 1.0),
            ("tell of Blorp", "Snark.", 0.0),
            ("tell of blorp", "Snark.", 1.0),
            ("Snark Blorp", "Snark.", 0.0),
            ("Blorp snark", "Snark.", 1.0),
            ("snark Blorp Frood", "Frood.", 0.5),
            ("4711 snark", "Snark.", 0.0),
            ("4711 snark", "4711.", 1.0),
            ("tell of Blorpness", "Blorpment.", 1.0),
        ],
    )
    def test_are_capitalized_words_but_the_first_and_numbers(
        self, question: str, text: str, share: float
    ) -> None:
        assert evidence(question, text).name_coverage == share

    def test_may_be_in_a_title(self) -> None:
        assert evidence("tell of Blorp", "Snark.", "Blorp").name_coverage == 1.0

    def test_weigh_by_how_rare_they_are(self) -> None:
        rare, common = idf(0, CHUNKS), idf(500, CHUNKS)
        found = evidence("tell Blorp Snark", "Blorp.", frequencies={"snark": 500})
        assert found.name_coverage == pytest.approx(rare / (rare + common))

    def test_count_once_if_the_question_repeats_them(self) -> None:
        assert evidence("tell Blorp Blorp Snark", "Blorp.").name_coverage == 0.5


def test_a_hit_without_structure_has_evidence_too() -> None:
    hit = a_hit("Blorp snark.")
    assert collect("blorp snark", replace(hit, filename="guide.txt"))[0].sentence_coverage == 1.0
