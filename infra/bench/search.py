"""Duration of a search in 10 000 and 100 000 chunks, compared with the bare vector query.

The corpus is synthetic: words drawn by Zipf's law, three vectors per chunk around a thousand
centres. "Bare" is a plain vector search: it embeds the question and fetches the texts of the ten
exact nearest neighbours among the same vectors, without fusion, pooling or reranking.
"""

import itertools
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from infra.local.migrate import upgrade
from infra.local.postgres import APP, OWNER, PostgresServer, free_port

if TYPE_CHECKING:
    from mara.kernel.messages import Message

SIZES = (10_000, 100_000)
CHUNKS_OF_A_DOCUMENT = 500
VECTORS = 3
QUERIES = 30
VOCABULARY = 30_000
WORDS_OF_A_CHUNK = 90
STOP_WORDS = 100
CONSONANTS, VOWELS = "bdfgklmnprstvz", "aeiou"
CENTRES = 1000
BARE = """
    SELECT text FROM index_chunks JOIN (
        SELECT chunk_id FROM index_vectors WHERE owner_id = %s AND model_id = %s
        ORDER BY embedding <=> %s::halfvec LIMIT 10) AS nearest USING (chunk_id)
"""


def run() -> None:
    """Print the comparisons."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        with PostgresServer(Path(folder) / "postgres", port, durable=False) as server:
            server.ensure_database("bench")
            upgrade(server.url(OWNER, "bench"))
            os.environ["MARA_BENCH_OWNER_URL"] = server.url(OWNER, "bench")
            os.environ.update(
                MARA_STAGE="local",
                MARA_DATABASE_URL=server.url(APP, "bench"),
                MARA_SEARCH="postgres",
            )
            for size in SIZES:
                _measure(size)


def _measure(size: int) -> None:
    from mara.kernel.principal import Principal, Role
    from mara.platform.database import connection, transaction
    from mara.wiring.search import search_index, search_service

    choose = random.Random(size)  # noqa: S311 - the same corpus every time
    owner_id = _owner(f"owner{size}@example.com")
    corpus = Corpus(choose)
    began = time.perf_counter()
    for number in range(size // CHUNKS_OF_A_DOCUMENT):
        document_id = add_document(owner_id, number)
        with transaction(owner_id):
            search_index().replace(owner_id, document_id, list(corpus.chunks(document_id)))
    _analyze()
    wrote = time.perf_counter() - began
    caller = Principal(owner_id, Role.USER)
    service = search_service()
    model_id = service.embedder.model_id

    def hybrid(question: str) -> None:
        service.search(caller, question, limit=10)

    def bare(question: str) -> None:
        vector = "[" + ",".join(map(str, service.embedder.embed_query(question))) + "]"
        with transaction(owner_id):
            connection().execute(BARE, (owner_id, model_id, vector)).fetchall()

    asked = [corpus.question() for _ in range(QUERIES)]
    for question in asked[:3]:
        hybrid(question)
        bare(question)
    times: dict[str, list[float]] = {"hybrid": [], "bare": []}
    for question in asked:
        times["hybrid"].append(_timed(hybrid, question))
        times["bare"].append(_timed(bare, question))
    _report(size, times, wrote)


def _report(size: int, times: dict[str, list[float]], wrote: float) -> None:
    for name, measured in times.items():
        p50, p95 = statistics.median(measured), statistics.quantiles(measured, n=20)[-1]
        print(f"{size:7} chunks  {name:7} p50 {p50:7.1f} ms   p95 {p95:7.1f} ms")
    ratio = statistics.median(times["hybrid"]) / statistics.median(times["bare"])
    print(
        f"{size:7} chunks  hybrid is {ratio:.2f} x the bare vector query; written in {wrote:.0f} s"
    )


def _timed(query: Callable[[str], None], asked: str) -> float:
    began = time.perf_counter()
    query(asked)
    return (time.perf_counter() - began) * 1000


class Corpus:
    """Texts with the word frequencies of a language, and vectors in clusters."""

    def __init__(self, choose: random.Random) -> None:
        import numpy as np

        self._numpy = np
        self._random = np.random.default_rng(7)
        self._words = [_word(number) for number in range(VOCABULARY)]
        # The most frequent words of a language are stop words, which the index drops.
        weights = (1 / (STOP_WORDS + rank) for rank in range(1, VOCABULARY + 1))
        self._weights = list(itertools.accumulate(weights))
        self._choose = choose
        self._centres = self._units(CENTRES)

    def chunks(
        self, document_id: UUID, chunks: int = CHUNKS_OF_A_DOCUMENT, words: int = WORDS_OF_A_CHUNK
    ) -> Iterator[tuple[Any, list[float]]]:
        """So many chunks of so many words, each once for each of its vectors."""
        from mara.extraction.model import Place
        from mara.search.model import Chunk

        for ordinal in range(chunks):
            text = self._text(words)
            chunk = Chunk(Chunk.id_for(document_id, ordinal), document_id, ordinal, text, Place())
            for _ in range(VECTORS):
                yield chunk, self._vector()

    def question(self) -> str:
        """Eight words."""
        return self._text(8)

    def _text(self, length: int) -> str:
        drawn = self._choose.choices(self._words, cum_weights=self._weights, k=length)
        return " ".join(drawn)

    def _vector(self) -> list[float]:
        near = self._centres[self._choose.randrange(CENTRES)] + 0.5 * self._units(1)[0]
        found: list[float] = (near / self._numpy.linalg.norm(near)).tolist()
        return found

    def _units(self, count: int) -> Any:
        drawn = self._random.standard_normal((count, 512)).astype("float32")
        return drawn / self._numpy.linalg.norm(drawn, axis=1, keepdims=True)


def _word(number: int) -> str:
    """Return a unique word without digits, which would make it an identifier."""
    syllables = ""
    for _ in range(3):
        number, consonant = divmod(number, len(CONSONANTS))
        number, vowel = divmod(number, len(VOWELS))
        syllables += CONSONANTS[consonant] + VOWELS[vowel]
    return syllables


def _owner(email: str) -> UUID:
    from mara.users.model import Profile
    from mara.wiring.auth import registration_service

    password = "a long passphrase of the bench"  # noqa: S105 - of an account of this run
    registration = replace(registration_service(), publish=_publish_nothing)
    return registration.register(email=email, password=password, profile=Profile()).id


def _publish_nothing(message: "Message") -> None:
    """No queue takes the mail that confirms the address."""


def add_document(owner_id: UUID, number: int, chunks: int = CHUNKS_OF_A_DOCUMENT) -> UUID:
    """Store the row of a document that is ready; its id."""
    from datetime import UTC, datetime

    from mara.documents.model import Document, DocumentState
    from mara.extraction.model import Format
    from mara.kernel.ids import new_id
    from mara.platform.database import transaction
    from mara.wiring.documents import recovery_service

    document_id, at = new_id(), datetime.now(UTC)
    document = Document(
        id=document_id,
        owner_id=owner_id,
        filename=f"manual {number}.txt",
        format=Format.TXT,
        media_type="text/plain",
        size=1,
        sha256=f"{document_id.int:064x}",
        version=1,
        state=DocumentState.READY,
        created_at=at,
        updated_at=at,
        chunks=chunks,
    )
    with transaction(owner_id):
        recovery_service().documents.add(document)
    return document_id


def _analyze() -> None:
    """Do what PostgreSQL's autovacuum does soon after."""
    import psycopg

    with psycopg.connect(os.environ["MARA_BENCH_OWNER_URL"], autocommit=True) as link:
        link.execute("VACUUM ANALYZE")
