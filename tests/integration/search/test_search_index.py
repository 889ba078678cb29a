"""What every search index does alike: on the real PostgreSQL and on a real OpenSearch."""

import math
from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean, pstdev
from uuid import UUID

import pytest

from mara.documents.adapters.postgres import PostgresDocuments
from mara.documents.model import DocumentState, Failure
from mara.extraction.model import Block, Place
from mara.kernel.ids import new_id
from mara.kernel.principal import Principal, Role
from mara.platform.database import connection, transaction
from mara.search.model import POOLING_SHARPNESS, Candidate, Hit, IndexMatches, Query, SearchMode
from mara.search.model.bm25 import (
    CORPUS_SIZE_MIN,
    K1,
    idf,
    passage_length,
    query_terms,
    term_frequencies,
)
from mara.search.model.windows import passages_to_embed
from mara.wiring.search import embedder, search_index, search_service
from tests.support.accounts import make_account
from tests.support.knowledge import NOW, a_document, learn

# One process starts the OpenSearch server, and runs whatever needs it.
pytestmark = [pytest.mark.usefixtures("index"), pytest.mark.xdist_group("opensearch")]

TEXTS = [
    "To restart the billing service run systemctl restart billing on the host.",
    "Backups of the database are kept for thirty days in two regions.",
    "Перезапуск сервиса отчётов выполняет дежурный инженер командой restart.",
    "Отпуск согласуют с руководителем за две недели до его начала.",
]


@pytest.fixture
def owner(index: str) -> UUID:
    return make_account("anna").id


def search(
    owner_id: UUID,
    text: str,
    *,
    limit: int = 10,
    mode: SearchMode = SearchMode.HYBRID,
    document_ids: frozenset[UUID] = frozenset(),
) -> list[Hit]:
    caller = Principal(owner_id, Role.USER)
    found = search_service().search(caller, text, limit=limit, mode=mode, document_ids=document_ids)
    return list(found)


def found_in(hits: list[Hit]) -> list[UUID]:
    return [hit.chunk.document_id for hit in hits]


class TestSearch:
    @pytest.mark.parametrize("mode", SearchMode)
    def test_finds_the_passage_that_answers(self, owner: UUID, mode: SearchMode) -> None:
        documents = [learn(owner, f"{n}.txt", [text]) for n, text in enumerate(TEXTS)]
        hit = search(owner, "How long are backups of the database kept?", mode=mode)[0]
        assert hit.chunk.document_id == documents[1].id
        assert hit.chunk.text == TEXTS[1]
        assert hit.filename == "1.txt"

    def test_joins_russian_word_forms(self, owner: UUID) -> None:
        """Invariant 11: «перезапуск» finds «перезапустить», by words alone."""
        documents = [learn(owner, f"{n}.txt", [text]) for n, text in enumerate(TEXTS)]
        hits = search(owner, "перезапустить", mode=SearchMode.LEXICAL)
        assert found_in(hits)[0] == documents[2].id

    @pytest.mark.parametrize("question", ["pod crash looping", "KubePodCrashLooping", "crashloop"])
    def test_joins_an_identifier_with_its_words(self, owner: UUID, question: str) -> None:
        named = learn(owner, "a.md", ["The alert KubePodCrashLooping fires after fifteen minutes."])
        told = learn(owner, "b.md", ["Pods that crash, looping for hours, are to be described."])
        learn(owner, "c.md", ["Nothing of the kind stands here."])
        found = set(found_in(search(owner, question, mode=SearchMode.LEXICAL)))
        assert found == ({named.id, told.id} if question != "crashloop" else set())

    def test_weighs_words_by_their_rarity_among_ones_own_passages(self, owner: UUID) -> None:
        """What others have changes no score, so that it cannot be guessed from one."""
        learn(owner, "a.txt", TEXTS)
        before = search(owner, "restart of the billing service", mode=SearchMode.LEXICAL)
        learn(make_account("boris").id, "b.txt", ["Restart the billing of billing."] * 20)
        assert search(owner, "restart of the billing service", mode=SearchMode.LEXICAL) == before

    def test_finds_across_languages(self, owner: UUID) -> None:
        documents = [learn(owner, f"{n}.txt", [text]) for n, text in enumerate(TEXTS)]
        hits = search(owner, "Сколько хранятся резервные копии базы данных?")
        assert found_in(hits)[0] == documents[1].id

    def test_finds_by_heading_and_file_name(self, owner: UUID) -> None:
        place = Place(headings=("NodeDiskFull", "Mitigation"))
        headed = learn(owner, "a.md", [Block("Delete what is old.", place)])
        named = learn(owner, "vacation-policy.txt", ["Ask two weeks before."])
        assert found_in(search(owner, "NodeDiskFull", mode=SearchMode.LEXICAL)) == [headed.id]
        assert found_in(search(owner, "vacation", mode=SearchMode.LEXICAL)) == [named.id]

    def test_finds_a_needle_at_the_end_of_a_long_passage(self, owner: UUID) -> None:
        """Invariant 9: nothing is cut silently."""
        hay = " ".join(f"The shelf number {n} holds paper of a common kind." for n in range(400))
        needle = "The spare key of the server room lies under the blue vase."
        learn(owner, "hay.txt", [f"{hay} {needle}"])
        for mode in SearchMode:
            hit = search(owner, "Where is the spare key of the server room?", mode=mode)[0]
            assert needle in hit.chunk.text

    def test_keeps_every_hit_when_the_limit_grows(self, owner: UUID) -> None:
        """Invariant 13: raising k never removes a hit."""
        learn(owner, "many.txt", [text * 3 for text in TEXTS] * 8)
        before: list[UUID] = []
        for limit in (1, 3, 10, 30):
            hits = [h.chunk.id for h in search(owner, "restart the service", limit=limit)]
            assert hits[: len(before)] == before
            before = hits

    def test_fills_the_limit_from_the_documents_named(self, owner: UUID) -> None:
        """Invariant 13: the filter is applied inside the search, never after it."""
        for n in range(30):
            learn(owner, f"near{n}.txt", ["Restart the billing service at once."])
        wanted = learn(
            owner, "far.txt", [f"Paper of kind {n} is on the shelf. " * 20 for n in (1, 2)]
        )
        for mode in (SearchMode.HYBRID, SearchMode.SEMANTIC):
            hits = search(
                owner,
                "restart the billing service",
                limit=2,
                mode=mode,
                document_ids=frozenset({wanted.id}),
            )
            assert found_in(hits) == [wanted.id] * 2

    def test_gives_nothing_of_another_owner(self, owner: UUID) -> None:
        """Invariant 2, by the query and by row-level security under it."""
        stranger = make_account("boris").id
        theirs = learn(stranger, "secret.txt", ["The restart code of the vault is 4711."])
        for named in (frozenset[UUID](), frozenset({theirs.id})):
            assert search(owner, "restart code of the vault", document_ids=named) == []
        # Even a query that names the stranger sees nothing in this owner's transaction.
        query = Query(stranger, "restart code", embedder().embed_query("restart code"))
        with transaction(owner):
            assert search_index().find(query) == IndexMatches()

    @pytest.mark.parametrize("state", [s for s in DocumentState if s is not DocumentState.READY])
    def test_gives_nothing_of_a_document_that_is_not_ready(
        self, owner: UUID, state: DocumentState
    ) -> None:
        document = learn(owner, "a.txt", TEXTS)
        failure = Failure("no_text", "None.") if state is DocumentState.FAILED else None
        lease = NOW if state is DocumentState.PROCESSING else None
        with transaction(owner):
            PostgresDocuments().save(
                replace(document, state=state, failure=failure, lease_until=lease)
            )
        assert search(owner, "restart") == []

    def test_gives_nothing_of_a_version_that_has_a_newer_one(self, owner: UUID) -> None:
        old = learn(owner, "a.txt", TEXTS)
        with transaction(owner):
            newer = a_document(owner, "a.txt").as_version_after(old, 2)
            PostgresDocuments().add(newer)
            PostgresDocuments().supersede_older(newer, NOW)
        for named in (frozenset[UUID](), frozenset({old.id})):
            assert search(owner, "restart", document_ids=named) == []

    def test_finds_the_newer_version_of_a_document_that_is_named(self, owner: UUID) -> None:
        old, namesake = learn(owner, "a.txt", TEXTS), learn(owner, "a.txt", TEXTS)
        newer = learn(owner, "a.txt", TEXTS, replaces=old)
        with transaction(owner):
            PostgresDocuments().supersede_older(newer, NOW)
        found = search(owner, "restart", document_ids=frozenset({old.id}))
        assert {hit.chunk.document_id for hit in found} == {newer.id}
        found = search(owner, "restart")
        assert {hit.chunk.document_id for hit in found} == {newer.id, namesake.id}

    def test_gives_nothing_of_a_deleted_document(self, owner: UUID) -> None:
        """Invariant 7: the tombstone alone is enough, before anything is purged."""
        document = learn(owner, "a.txt", TEXTS)
        assert search(owner, "restart")
        with transaction(owner):
            PostgresDocuments().save(replace(document, deleted_at=NOW))
        assert search(owner, "restart") == []
        with transaction(owner):
            assert search_index().count(owner, document.id) > 0

    @pytest.mark.parametrize("text", ["?", "the of and", "' OR 1=1 --", "%", "\\", "💥"])
    def test_bears_a_question_without_words(self, owner: UUID, text: str) -> None:
        learn(owner, "a.txt", TEXTS)
        assert search(owner, text, mode=SearchMode.LEXICAL) == []
        assert len(search(owner, text)) > 0

    def test_gives_nothing_where_nothing_is(self, owner: UUID) -> None:
        assert search(owner, "anything") == []


class TestReplace:
    def test_leaves_only_the_new_chunks(self, owner: UUID) -> None:
        document = learn(owner, "a.txt", [TEXTS[0]])
        vector = embedder().embed_query("x")
        with transaction(owner):
            (old,) = search_index().read(owner, document.id, after=-1, limit=10)
            new = replace(old, text="Quite another text.")
            for _ in range(2):  # a second delivery changes nothing
                search_index().replace(owner, document.id, [(new, vector)])
            assert list(search_index().read(owner, document.id, after=-1, limit=10)) == [new]
        assert search(owner, "billing", mode=SearchMode.LEXICAL) == []


class TestRemove:
    def test_leaves_no_row(self, owner: UUID) -> None:
        """Invariant 7: the purge is verified by this count."""
        gone, kept = learn(owner, "a.txt", TEXTS), learn(owner, "b.txt", TEXTS)
        with transaction(owner):
            search_index().remove(owner, gone.id)
            assert search_index().count(owner, gone.id) == 0
            assert search_index().count(owner, kept.id) > 0


class TestRead:
    def test_pages_in_reading_order(self, owner: UUID) -> None:
        place = [Place(page=n) for n in range(1, 6)]
        document = learn(owner, "a.pdf", [Block(f"Page {p.page}", p) for p in place])
        with transaction(owner):
            chunks = search_index().read(owner, document.id, after=1, limit=2)
        assert [(c.ordinal, c.place) for c in chunks] == [(2, place[2]), (3, place[3])]


class TestOwnDocuments:
    def test_names_those_that_are_not_ones_own(self, owner: UUID) -> None:
        from mara.documents.adapters.postgres_ownership import PostgresOwnDocuments

        mine, gone = learn(owner, "a.txt", ["a"]), a_document(owner, "b.txt")
        theirs = learn(make_account("boris").id, "c.txt", ["c"])
        nobodys = new_id()
        with transaction(owner):
            PostgresDocuments().add(replace(gone, deleted_at=NOW))
            asked = [mine.id, gone.id, theirs.id, nobodys]
            assert PostgresOwnDocuments().unknown(owner, asked) == {gone.id, theirs.id, nobodys}


class TestFind:
    def test_says_the_same_of_every_candidate_whichever_index_it_is(self, owner: UUID) -> None:
        """By the formulas of BM25 and of pooled cosines, worked out here once more."""
        for n, part in enumerate(TEXTS):
            learn(owner, f"restart-guide-{n}.md", [part])
        learn(owner, "other.txt", ["Billing restarts by itself. The restart takes a minute."])
        text = "how to restart the billing service"
        vector = embedder().embed_query(text)
        with transaction(owner):
            found = search_index().find(Query(owner, text, vector))
        expected = reckon(found, text, vector)
        assert found.chunk_count == len(found.candidates) == 5
        for candidate in found.candidates:
            lexical, semantic, coverage = expected[candidate.chunk.id]
            assert candidate.coverage == pytest.approx(coverage, abs=1e-5)
            assert candidate.lexical == pytest.approx(lexical, rel=1e-4)
            assert candidate.semantic == pytest.approx(semantic, abs=2e-3)  # halves of floats
        for spread, scores in (
            (found.lexical, [lexical or 0.0 for lexical, _, _ in expected.values()]),
            (found.semantic, [semantic for _, semantic, _ in expected.values()]),
        ):
            assert spread.mean == pytest.approx(fmean(scores), abs=2e-3)
            assert spread.deviation == pytest.approx(pstdev(scores), abs=2e-3)


Reckoned = tuple[float | None, float, float]
"""By words, by meaning, and the share of the words."""


def reckon(found: IndexMatches, text: str, vector: Sequence[float]) -> dict[UUID, Reckoned]:
    held = {c.chunk.id: term_frequencies(c.chunk, c.filename) for c in found.candidates}
    usual = fmean(passage_length(each) for each in held.values())
    asked_for = [(a, sum(a.term in each for each in held.values())) for a in query_terms(text)]
    shares = {
        a.term: (a.coverage_weight if n else a.missing_weight) * idf(n, CORPUS_SIZE_MIN)
        for a, n in asked_for
    }

    def by_words(own: dict[str, float]) -> float:
        score = 0.0
        for asked, holding in asked_for:
            n, norm = own.get(asked.term, 0.0), 1 - asked.b + asked.b * passage_length(own) / usual
            weight = asked.weight * idf(holding, found.chunk_count)
            score += weight * n * (K1 + 1) / (n + K1 * norm)
        return score

    def by_meaning(candidate: Candidate) -> float:
        passages = passages_to_embed(candidate.chunk, candidate.filename)
        vectors = embedder().embed_passages(passages)
        cosines = [math.fsum(a * b for a, b in zip(vector, v, strict=True)) for v in vectors]
        pooled = math.fsum(math.exp(POOLING_SHARPNESS * c) for c in cosines)
        return math.log(pooled / math.sqrt(len(cosines))) / POOLING_SHARPNESS

    return {
        candidate.chunk.id: (
            by_words(held[candidate.chunk.id]) or None,
            by_meaning(candidate),
            sum(shares[term] for term in shares if term in held[candidate.chunk.id])
            / sum(shares.values()),
        )
        for candidate in found.candidates
    }


def test_search_plans_no_nested_loop_for_the_next_transaction(owner: UUID) -> None:
    learn(owner, "a.txt", TEXTS)
    search(owner, "restart")
    with transaction(owner):
        assert connection().execute("SHOW enable_nestloop").fetchone() == ("on",)
