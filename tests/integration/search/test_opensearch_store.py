"""What only OpenSearch does: being out of reach, being gone, being made by two at once."""

import socket
from multiprocessing import get_context
from typing import Any
from uuid import UUID

import pytest
from opensearchpy.exceptions import ConnectionTimeout, NotFoundError, TransportError
from opensearchpy.helpers.errors import BulkIndexError

from mara.entrypoints.problems import status_of
from mara.kernel.ids import new_id
from mara.operations.adapters.probes import SearchProbe
from mara.operations.model import ProbeState
from mara.platform import opensearch as platform_opensearch
from mara.search.adapters.opensearch_store import ChunkStore, name_of
from mara.search.errors import SearchUnavailable, VectorLengthWrong
from mara.search.model import VectorSpace
from mara.wiring.operations import health_service
from tests.support.ports import free_port

pytestmark = pytest.mark.xdist_group("opensearch")

SPACE = VectorSpace("two/1", 2)


def row(chunk_id: UUID, owner_id: UUID, document_id: UUID) -> dict[str, Any]:
    return {
        "chunk_id": str(chunk_id),
        "owner_id": str(owner_id),
        "document_id": str(document_id),
        "ordinal": 0,
        "text": "A passage.",
        "place": {},
        "length": 1.0,
        "draw": 0.5,
        "terms": "passag",
        "vectors": [{"embedding": [0.6, 0.8]}],
        "vector_count": 1,
    }


class TestName:
    def test_tells_model_and_length_apart(self) -> None:
        spaces = [
            VectorSpace("use-v3/0.2.1", 512),
            VectorSpace("use-v3/0.2.1", 384),
            VectorSpace("use-v3-0.2.1", 512),
        ]
        names = [name_of(space, "mara") for space in spaces]
        assert len(set(names)) == 3
        assert names[0].startswith("mara-chunks-use-v3-0-2-1-512-")


class TestOutOfReach:
    @pytest.fixture(autouse=True)
    def nobody_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MARA_SEARCH", "opensearch")
        monkeypatch.setenv("MARA_OPENSEARCH_URL", f"http://127.0.0.1:{free_port()}")

    def test_is_an_error_that_says_try_again(self) -> None:
        store, owner_id, document_id = ChunkStore(SPACE, "test"), new_id(), new_id()
        attempts: list[Any] = [
            store.ensure,
            lambda: store.write(owner_id, [row(new_id(), owner_id, document_id)]),
            lambda: store.remove(owner_id, document_id),
            lambda: store.count(owner_id, document_id),
            lambda: store.page(owner_id, document_id, after=-1, limit=1),
        ]
        for attempt in attempts:
            with pytest.raises(SearchUnavailable) as refusal:
                attempt()
            assert status_of(refusal.value) == 503

    def test_is_waited_for_no_longer_than_is_set(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            monkeypatch.setenv("MARA_OPENSEARCH_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
            monkeypatch.setenv("MARA_OPENSEARCH_TIMEOUT_S", "0.3")
            with pytest.raises(SearchUnavailable) as refusal:
                ChunkStore(SPACE, "test").page(new_id(), new_id(), after=-1, limit=1)
            assert isinstance(refusal.value.__cause__, ConnectionTimeout)
            assert "read timeout=0.3" in str(refusal.value.__cause__)

    def test_is_told_by_readiness(self) -> None:
        findings = {finding.name: finding.state for finding in health_service().check().findings}
        assert findings["index"] is not ProbeState.UP


class TestStore:
    def test_probe_finds_it_ready(self, opensearch: str) -> None:
        SearchProbe().check()

    def test_makes_no_index_by_guess_where_its_own_is_gone(self, opensearch: str) -> None:
        store, owner_id = ChunkStore(SPACE, opensearch), new_id()
        store.ensure()
        platform_opensearch.client().indices.delete(index=f"{store.name}-1")
        with pytest.raises((BulkIndexError, TransportError)):
            store.write(owner_id, [row(new_id(), owner_id, new_id())])
        with pytest.raises(NotFoundError):
            platform_opensearch.client().indices.get(index=store.name)

    def test_holds_nothing_where_no_index_is(self, opensearch: str) -> None:
        store = ChunkStore(SPACE, opensearch)
        store.remove(new_id(), new_id())
        assert store.count(new_id(), new_id()) == 0

    def test_is_made_once_by_many_at_once(self, opensearch: str) -> None:
        fork = get_context("fork")

        def ensure() -> None:
            platform_opensearch.client.cache_clear()
            ChunkStore(SPACE, opensearch).ensure()

        processes = [fork.Process(target=ensure) for _ in range(4)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        assert [process.exitcode for process in processes] == [0] * 4

    def test_refuses_an_index_of_vectors_of_another_length(
        self, opensearch: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ChunkStore(SPACE, opensearch).ensure()
        wrong = ChunkStore(VectorSpace("two/1", 3), opensearch)
        wrong.name = name_of(SPACE, opensearch)
        with pytest.raises(VectorLengthWrong, match="holds vectors of 2 numbers"):
            wrong.ensure()

    def test_raises_for_a_single_row_that_is_refused(self, opensearch: str) -> None:
        store, owner_id = ChunkStore(SPACE, opensearch), new_id()
        store.ensure()
        good, bad = (row(new_id(), owner_id, new_id()) for _ in range(2))
        bad["vectors"] = [{"embedding": [1.0, 2.0, 3.0]}]
        with pytest.raises(BulkIndexError):
            store.write(owner_id, [good, bad])
