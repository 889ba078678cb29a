"""How PostgreSQL executes a search: exactly, or by the nearest vectors; with which plans."""

from typing import Any
from uuid import UUID

import pytest

from mara.extraction.model import Place
from mara.platform.database import connection, transaction
from mara.search.adapters import postgres_index
from mara.search.adapters.postgres_queries import INSERT_POSTINGS
from mara.search.model import Chunk, IndexMatches, Query
from mara.wiring.search import embedder, search_index
from tests.support.accounts import make_account
from tests.support.knowledge import learn

pytestmark = pytest.mark.usefixtures("database")

TEXTS = [
    "To restart the billing service run systemctl restart billing on the host.",
    "Backups of the database are kept for thirty days in two regions.",
    "Перезапуск сервиса отчётов выполняет дежурный инженер командой restart.",
    "Отпуск согласуют с руководителем за две недели до его начала.",
]
QUESTIONS = ["restart billing", "Сколько хранят копии базы?", "Ask the team", "nothing of this"]

GENERIC_PLANS = """
    SELECT coalesce(sum(generic_plans), 0), sum(custom_plans) > 0 FROM pg_prepared_statements
    WHERE statement LIKE '%index_vectors%'
"""
REPEATED = 15
"""After ten executions PostgreSQL chooses between a generic plan and another custom one."""

COUNT_POSTINGS = "SELECT count(*) FROM index_postings WHERE document_id = %s"
VECTOR = [1.0, *[0.0] * 511]

Scores = tuple[float | None, float | None, float]


@pytest.fixture
def owner() -> UUID:
    account = make_account("anna")
    for n, text in enumerate(TEXTS):
        learn(account.id, f"{n}.txt", [text, f"{text} Ask the team on duty.", "Some other words."])
    return account.id


def find(owner_id: UUID, question: str) -> IndexMatches:
    with transaction(owner_id):
        return search_index().find(Query(owner_id, question, embedder().embed_query(question)))


def by_id(found: IndexMatches) -> dict[UUID, Scores]:
    return {
        each.chunk.id: (each.lexical, each.semantic, each.coverage) for each in found.candidates
    }


def test_the_nearest_vectors_lead_to_the_scores_of_the_exact_search(
    owner: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = [find(owner, question) for question in QUESTIONS]
    monkeypatch.setattr(postgres_index, "EXACT_CHUNKS_MAX", 0)
    for question, expected in zip(QUESTIONS, exact, strict=True):
        found = find(owner, question)
        scores = by_id(found)
        assert scores.keys() == by_id(expected).keys()
        for chunk_id, wanted in by_id(expected).items():
            assert scores[chunk_id] == pytest.approx(wanted)
        assert found.chunk_count == expected.chunk_count
        assert found.document_frequencies == expected.document_frequencies
        for spread, other in (
            (found.lexical, expected.lexical),
            (found.semantic, expected.semantic),
        ):
            assert spread.mean == pytest.approx(other.mean)
            # Near 0 it is the root of a difference of sums, whose order is not fixed.
            assert spread.deviation == pytest.approx(other.deviation, abs=1e-6)


def test_a_passage_found_by_words_alone_has_its_score_by_meaning_too(
    owner: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_index, "EXACT_CHUNKS_MAX", 0)
    monkeypatch.setattr(postgres_index, "NEIGHBOURS", 1)
    monkeypatch.setattr(postgres_index, "SAMPLE", 2)
    found = find(owner, "restart billing")
    assert any(candidate.lexical for candidate in found.candidates)
    assert all(candidate.semantic is not None for candidate in found.candidates)


@pytest.mark.parametrize("exact_up_to", [0, 10_000])
def test_the_vector_of_a_question_is_parsed_once(
    owner: UUID, exact_up_to: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_index, "EXACT_CHUNKS_MAX", exact_up_to)
    for _ in range(REPEATED):
        find(owner, "restart")
    with transaction(owner):
        assert connection().execute(GENERIC_PLANS).fetchone() == (0, True)


class Recorder:
    """The connection, with the number of postings of each statement that inserts some."""

    def __init__(self, to: Any) -> None:
        self.to = to
        self.postings: list[int] = []

    def execute(self, statement: str, parameters: Any = None) -> Any:
        if statement == INSERT_POSTINGS:
            self.postings.append(len(parameters["terms"]))
        return self.to.execute(statement, parameters)


@pytest.mark.parametrize("chunks", [1, 7, 40])
def test_a_statement_inserts_a_bounded_number_of_postings(
    owner: UUID, chunks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    bound, words = 50, [f"word{n}" for n in range(30)]
    document = learn(owner, "wide.txt", ["To be replaced."]).id
    texts = [" ".join([*words, f"row{n}"]) for n in range(chunks)]
    rows = [
        (Chunk(Chunk.id_for(document, n), document, n, t, Place()), VECTOR)
        for n, t in enumerate(texts)
    ]
    monkeypatch.setattr(postgres_index, "POSTINGS_AT_ONCE", bound)
    with transaction(owner):
        recorder = Recorder(connection())
        monkeypatch.setattr(postgres_index, "connection", lambda: recorder)
        postgres_index.PostgresSearchIndex(embedder().model_id).replace(owner, document, rows)
        monkeypatch.undo()
        stored = connection().execute(COUNT_POSTINGS, (document,)).fetchone()
    assert max(recorder.postings) <= bound
    assert stored == (sum(recorder.postings),)
    assert sum(recorder.postings) >= chunks * len(words)
    assert len(find(owner, "word0 row0").candidates) > 0
