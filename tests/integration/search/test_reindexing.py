"""Going over to another model or engine: whatever is killed, and while others search and upload."""

import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any
from uuid import UUID

import psycopg
import pytest

from infra.local.postgres import OWNER, PostgresServer
from mara.documents.model import Document, DocumentState
from mara.kernel.principal import Principal, Role
from mara.kernel.unit_of_work import SYSTEM
from mara.platform import opensearch
from mara.platform.database import connection, disconnect, transaction
from mara.search.adapters.postgres_builds import PostgresIndexBuilds
from mara.search.adapters.use import UseEmbedder
from mara.search.errors import (
    IndexReplaced,
    ModelUnknown,
    PassageTooLong,
    ReindexingAlready,
    VectorLengthWrong,
)
from mara.search.model import Engine, Hit, IndexIdentity, SearchMode
from mara.search.service.reindexing import ReindexingService
from mara.wiring import search as wiring
from mara.wiring.documents import library_service
from mara.wiring.search import search_index, search_service
from tests.support.accounts import make_account
from tests.support.cloud import cloud_of_moto
from tests.support.environment import clear_caches
from tests.support.knowledge import learn
from tests.support.postgres import forget_deeds, migrate

pytestmark = [pytest.mark.usefixtures("index"), pytest.mark.xdist_group("opensearch")]

FORK = get_context("fork")
QUESTION = "How long are backups of the database kept?"
ANSWER = "Backups of the database are kept for thirty days in two regions."
TEXTS = [
    ANSWER,
    "To restart the billing service run systemctl restart billing on the host.",
    "Отпуск согласуют с руководителем за две недели до его начала.",
    "The office is open from eight to six on working days.",
    "Invoices are sent on the first day of every month.",
    "Visitors are announced to the reception a day before.",
]


class MirroredEmbedder(UseEmbedder):
    """The same likenesses in other coordinates, and two more of them: next to a vector of the
    other model one of these means nothing.
    """

    model_id = "mirrored/1"
    dimensions = 514

    def __init__(self, before_each: Callable[[], None] = lambda: None) -> None:
        self._before_each = before_each

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        self._before_each()
        return [[*reversed(vector), 0.0, 0.0] for vector in super().embed_passages(texts)]


@dataclass(frozen=True)
class Corpus:
    """``nearness`` of each text to the question, as it is before anything is reindexed."""

    owner_id: UUID
    documents: list[Document]
    nearness: dict[str, float]


@pytest.fixture
def corpus(index: str, monkeypatch: pytest.MonkeyPatch) -> Corpus:
    """A document a text, indexed in the model configured; both models are at hand."""
    both = (UseEmbedder(), MirroredEmbedder())
    monkeypatch.setattr(wiring, "available_embedders", lambda: both)
    owner_id = make_account("anna").id
    documents = [learn(owner_id, f"{n}.txt", [text]) for n, text in enumerate(TEXTS)]
    corpus = Corpus(owner_id, documents, {})
    corpus.nearness.update({hit.chunk.text: hit.semantic or 0.0 for hit in ask(corpus)})
    assert set(corpus.nearness) == set(TEXTS)
    return corpus


def reindexing(embedder: UseEmbedder | None = None) -> ReindexingService:
    """As a process does that is configured for the mirrored model."""
    wiring.configured_embedder = lambda: embedder or MirroredEmbedder()  # type: ignore[assignment]
    clear_caches()
    return wiring.reindexing_service()


@pytest.fixture(autouse=True)
def configured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a test configures is undone."""
    monkeypatch.setattr(wiring, "configured_embedder", wiring.configured_embedder)


def in_another_process(run: Callable[[], object]) -> Any:
    """Started; with connections of its own."""

    def alone() -> None:
        opensearch.client.cache_clear()
        run()

    disconnect()
    process = FORK.Process(target=alone)
    process.start()
    return process


def ask(
    corpus: Corpus, text: str = QUESTION, mode: SearchMode = SearchMode.HYBRID
) -> Sequence[Hit]:
    return search_service().search(Principal(corpus.owner_id, Role.USER), text, limit=10, mode=mode)


def in_use() -> IndexIdentity | None:
    with transaction(SYSTEM):
        return PostgresIndexBuilds().active()


def is_whole(corpus: Corpus) -> bool:
    """Every text is found, the answer first, each as near to the question as it always was."""
    hits = ask(corpus)
    found = {hit.chunk.text: hit.semantic for hit in hits}
    near = {text: found.get(text) for text in TEXTS}
    return hits[0].chunk.text == ANSWER and near == pytest.approx(corpus.nearness, abs=2e-3)


class TestReindex:
    def test_goes_over_and_leaves_nothing_of_the_old(self, corpus: Corpus, index: str) -> None:
        told: list[int] = []
        done = reindexing().reindex(told.append)
        assert told == [1, 2, 3, 4, 5, 6]
        assert done.documents == len(TEXTS)
        assert in_use() == done.now
        assert done.now.space.model_id == "mirrored/1"
        assert is_whole(corpus)
        if index == "postgres":
            with transaction(SYSTEM):
                models = connection().execute("SELECT DISTINCT model_id FROM index_vectors")
                assert models.fetchall() == [("mirrored/1",)]
        else:
            assert len(opensearch.client().indices.get(index="test-*-chunks-mirrored-1-514-*")) == 1
            assert opensearch.client().indices.get(index="test-*-chunks-use-*") == {}

    def test_done_again_does_nothing(self, corpus: Corpus) -> None:
        reindexing().reindex()
        again = reindexing().reindex()
        assert (again.documents, again.before) == (0, again.now)
        assert is_whole(corpus)

    def test_refuses_a_passage_longer_than_the_model_reads(
        self, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Invariant 9: nothing is cut silently."""
        was = in_use()
        monkeypatch.setattr(MirroredEmbedder, "tokens_max", 3)
        with pytest.raises(PassageTooLong):
            reindexing().reindex()
        assert in_use() == was

    def test_goes_over_to_another_engine_and_back(
        self, corpus: Corpus, index: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if index == "postgres":
            pytest.skip("It begins with OpenSearch, and goes to PostgreSQL.")
        for engine in (Engine.POSTGRES, Engine.OPENSEARCH):
            monkeypatch.setenv("MARA_SEARCH", engine)
            done = reindexing(UseEmbedder()).reindex()
            assert (done.documents, done.now.engine) == (len(TEXTS), engine)
            assert is_whole(corpus)
            with transaction(SYSTEM):
                rows = connection().execute("SELECT count(*) FROM index_chunks").fetchone()
            assert rows == ((len(TEXTS) if engine is Engine.POSTGRES else 0),)


class TestKilled:
    @pytest.mark.parametrize(
        ("step", "times"),
        [("embed", 1), ("embed", 4), ("build", 3), ("done", 3), ("switch", 1), ("drop", 1)],
    )
    def test_goes_on_where_it_was(self, corpus: Corpus, step: str, times: int) -> None:
        process = in_another_process(lambda: kill_at(step, times))
        process.join()
        assert process.exitcode == -signal.SIGKILL
        assert is_whole(corpus)

        done = reindexing().reindex()
        assert done.now == in_use()
        built_before = {"embed": times - 1, "build": times - 1, "done": times - 1}
        assert done.documents == len(TEXTS) - built_before.get(step, len(TEXTS))
        assert is_whole(corpus)

    def test_leaves_nothing_of_a_document_deleted_after(self, corpus: Corpus) -> None:
        """Invariant 7: neither where it answered nor where it was built."""
        in_another_process(lambda: kill_at("embed", 4)).join()
        caller = Principal(corpus.owner_id, Role.USER)
        with cloud_of_moto() as cloud:
            library_service().delete(caller, corpus.documents[0].id)
            cloud.work()
        reindexing().reindex()
        assert ANSWER not in [hit.chunk.text for hit in ask(corpus)]
        with transaction(SYSTEM):
            assert search_index().count(corpus.owner_id, corpus.documents[0].id) == 0


def kill_at(step: str, times: int) -> None:
    """Reindex, and die by SIGKILL when a step is taken the nth time."""
    left = iter(range(times - 1))

    def count_down(*_: Any, **__: Any) -> None:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    service = reindexing(MirroredEmbedder(count_down if step == "embed" else lambda: None))
    target: Any = type(service.target)
    places: dict[str, tuple[Any, str]] = {
        "build": (target, "build"),
        "done": (PostgresIndexBuilds, "mark_built"),
        "switch": (PostgresIndexBuilds, "cut_over"),
        "drop": (target, "delete_other_indexes"),
    }
    if step in places:
        owner, name = places[step]
        usual = getattr(owner, name)

        def counted(*arguments: Any) -> Any:
            count_down()
            return usual(*arguments)

        setattr(owner, name, counted)
    service.reindex()


def reindex_once_more() -> None:
    """As a second process would, of which this one then forgets what it was configured for."""
    usual = wiring.configured_embedder
    try:
        reindexing().reindex()
    finally:
        wiring.configured_embedder = usual
        clear_caches()


class TestMeanwhile:
    def test_every_search_is_whole_and_what_is_uploaded_is_found_after(
        self, corpus: Corpus
    ) -> None:
        halfway, go_on = FORK.Event(), FORK.Event()
        steps = iter(range(len(TEXTS) // 2))

        def wait_halfway() -> None:
            if next(steps, None) is None and not halfway.is_set():
                halfway.set()
                go_on.wait(60)

        process = in_another_process(lambda: reindexing(MirroredEmbedder(wait_halfway)).reindex())
        assert halfway.wait(60)
        assert is_whole(corpus)
        newer = learn(corpus.owner_id, "new.txt", ["Bicycles stand in the yard behind the gate."])
        with pytest.raises(ReindexingAlready):
            reindex_once_more()
        go_on.set()
        searches = 0
        while process.is_alive():
            assert is_whole(corpus)
            searches += 1
        process.join()
        assert process.exitcode == 0
        assert searches > 0
        assert is_whole(corpus)
        identity = in_use()
        assert identity
        assert identity.space.model_id == "mirrored/1"
        for mode in SearchMode:
            assert ask(corpus, "Where are bicycles?", mode)[0].chunk.document_id == newer.id

    def test_a_document_embedded_while_it_ends_is_embedded_once_more(
        self, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        caller = Principal(corpus.owner_id, Role.USER)
        embed = UseEmbedder.embed_passages
        runs: list[Any] = []

        def embed_late(self: UseEmbedder, texts: Sequence[str]) -> list[list[float]]:
            if not runs:
                runs.append(None)
                in_another_process(lambda: reindexing().reindex()).join()
            return embed(self, texts)

        with cloud_of_moto() as cloud:
            document, _ = library_service().upload(
                caller, "late.txt", b"The canteen opens at noon."
            )
            monkeypatch.setattr(UseEmbedder, "embed_passages", embed_late)
            cloud.work()
        assert library_service().get(caller, document.id).state is DocumentState.READY
        hits = ask(corpus, "When does the canteen open?", SearchMode.SEMANTIC)
        assert hits[0].chunk.document_id == document.id

    def test_vectors_of_the_old_model_are_refused_after(self, corpus: Corpus) -> None:
        ask(corpus)
        in_another_process(lambda: reindexing().reindex()).join()
        with pytest.raises(IndexReplaced):
            learn(corpus.owner_id, "late.txt", ["Too late."])


class TestForeignModel:
    def test_is_searched_by_words_alone(
        self, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Vectors of two models are never compared."""
        in_another_process(lambda: reindexing().reindex()).join()
        monkeypatch.setattr(wiring, "available_embedders", lambda: (UseEmbedder(),))
        clear_caches()
        for _ in range(2):
            hits = ask(corpus)
            assert hits[0].chunk.text == ANSWER
            assert {hit.semantic for hit in hits} == {None}
        assert wiring.embedder().model_id == MirroredEmbedder.model_id
        with pytest.raises(ModelUnknown):
            ask(corpus, mode=SearchMode.SEMANTIC)

    def test_of_another_length_under_the_same_name_is_refused(self, corpus: Corpus) -> None:
        with transaction(SYSTEM):
            connection().execute("UPDATE index_in_use SET dimensions = 384")
        with pytest.raises(VectorLengthWrong):
            ask(corpus)


class TestUpgrade:
    def test_takes_what_is_indexed_for_the_index_in_use(
        self,
        corpus: Corpus,
        index: str,
        postgres: PostgresServer,
        database: str,
        past_the_rules: psycopg.Connection[Any],
    ) -> None:
        if index != "postgres":
            pytest.skip("Before there was a row that tells, there was PostgreSQL alone.")
        before = in_use()
        forget_deeds(past_the_rules)
        disconnect()
        owner_url = postgres.url(OWNER, database.rsplit("/", 1)[1])
        migrate(owner_url, "downgrade", "agents")
        migrate(owner_url, "upgrade", "head")
        assert in_use() == before
