"""The memory of word vectors."""

from collections.abc import Sequence
from threading import Thread

import numpy as np
import pytest

from mara.search.adapters.word_vectors import Floats, WordVectors

DIMENSIONS = 16


class Encoder:
    """The vector of a word depends on the word alone."""

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def __call__(self, texts: Sequence[str]) -> Floats:
        self.encoded += texts
        rows = [np.random.default_rng(sum(map(ord, text))).normal(size=16) for text in texts]
        found: Floats = np.array([row / np.linalg.norm(row) for row in rows], dtype=np.float32)
        return found


def expected(words: Sequence[str], others: Sequence[str]) -> list[float]:
    encode = Encoder()
    cosines: list[float] = (encode(words) @ encode(others).T).max(axis=1).tolist()
    return cosines


class TestWordVectors:
    def test_encodes_each_word_once(self) -> None:
        encode = Encoder()
        vectors = WordVectors(encode, DIMENSIONS)
        vectors.nearest_cosines(["a", "b"], ["b", "c", "c"])
        vectors.nearest_cosines(["c", "d"], ["a"])
        assert encode.encoded == ["a", "b", "c", "d"]

    @pytest.mark.parametrize("words_max", [1, 2, 3, 4, 100])
    def test_gives_the_same_with_any_memory(self, words_max: int) -> None:
        vectors = WordVectors(Encoder(), DIMENSIONS, words_max)
        for words, others in (("ab", "cd"), ("cd", "ef"), ("a", "b"), ("abcdef", "gh")):
            found = vectors.nearest_cosines(list(words), list(others))
            assert found == pytest.approx(expected(list(words), list(others)), abs=1e-6)

    def test_gives_nothing_for_no_words(self) -> None:
        assert WordVectors(Encoder(), DIMENSIONS).nearest_cosines([], ["a"]) == []

    def test_gives_the_same_from_several_threads(self) -> None:
        vectors, failures = WordVectors(Encoder(), DIMENSIONS, 8), list[str]()

        def ask(start: int) -> None:
            for n in range(start, start + 200):
                words, others = [chr(97 + n % 20), chr(97 + n * 7 % 20)], [chr(97 + n * 3 % 20)]
                if vectors.nearest_cosines(words, others) != pytest.approx(
                    expected(words, others), abs=1e-6
                ):
                    failures.append(f"{words} {others}")

        threads = [Thread(target=ask, args=(start,)) for start in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
