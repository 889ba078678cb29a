"""Evidence that a passage answers a question, from the ranking and from the meaning of words.

Each word of the question that the passage does not have is aligned with the nearest of its words by
embedding, which joins inflected forms, synonyms and also two languages.
"""

import math
from collections.abc import Sequence

from mara.search.model import Evidence, Hit
from mara.search.model.analyzer import Word, words
from mara.search.model.matching import WeightedWords
from mara.search.model.windows import titles_of
from mara.search.ports import Embedder

COSINE_UNRELATED, COSINE_SYNONYM = 0.4, 0.9
"""Between these cosines, the match of two words grows linearly from 0 to 1."""
RANKING_OFFSET = 4.0
"""Added to ln of the number of chunks: the highest of many scores is high by chance, and grows with
the logarithm of their number."""


def collect_evidence(
    gist: WeightedWords, best: Hit, chunk_count: int, embedder: Embedder
) -> Evidence:
    """Evidence that the best of ``chunk_count`` chunks answers.

    ``gist`` are the words of the question without values of the day. Raises EmbeddingUnavailable.
    """
    titles = [words(title) for title in titles_of(best.chunk, best.filename)]
    said = [gist.title_coverage(title)[0] for title in titles]
    passage = [word for part in (*titles, words(best.chunk.text)) for word in part]
    return Evidence(
        ranking=best.score / (RANKING_OFFSET + math.log(max(chunk_count, 1))),
        coverage=_coverage(gist, passage, embedder),
        title=max(said, default=0.0),
    )


def _coverage(gist: WeightedWords, passage: Sequence[Word], embedder: Embedder) -> float:
    """The share of the question's weight that words of the passage match: 0..1."""
    if not gist.total or not passage:
        return 0.0
    stems = {word.stem for word in passage}
    missing = {word.stem: word.original for word in gist.words if word.stem not in stems}
    found = list(dict.fromkeys(word.original for word in passage))
    cosines = embedder.nearest_cosines(list(missing.values()), found) if missing else []
    lost = sum(
        gist.weights[stem] * (1 - _match(cosine))
        for stem, cosine in zip(missing, cosines, strict=True)
    )
    return 1 - lost / gist.total


def _match(cosine: float) -> float:
    share = (cosine - COSINE_UNRELATED) / (COSINE_SYNONYM - COSINE_UNRELATED)
    return min(1.0, max(0.0, share))
