"""Evidence that a passage answers a question, from the ranking and from the meaning of words.

Each word of the question is aligned with the passage: to the word itself, to one of its family, or
else to the nearest word by embedding, which joins synonyms and also two languages.
"""

import math
from operator import mul

from mara.search.model import Evidence, Hit
from mara.search.model.matching import PassageAnalysis, Vocabulary, WeightedWords
from mara.search.ports import Embedder

FAMILY_MATCH = 0.8
COSINE_UNRELATED, COSINE_SYNONYM = 0.4, 0.9
"""Between these cosines, the match of two words grows linearly from 0 to 1."""
RANKING_OFFSET = 4.0
"""Added to ln of the number of chunks: the highest of many scores is high by chance, and grows with
the logarithm of their number."""


def collect_evidence(
    gist: WeightedWords, best: Hit, chunk_count: int, embedder: Embedder
) -> Evidence:
    """Evidence that the best of ``chunk_count`` chunks answers.

    ``gist`` are the words of the question without values of the day.
    """
    covered, semantic = _align(gist, best, embedder)
    return Evidence(
        ranking=best.score / (RANKING_OFFSET + math.log(max(chunk_count, 1))),
        coverage=covered,
        semantic_coverage=semantic,
    )


def _align(gist: WeightedWords, hit: Hit, embedder: Embedder) -> tuple[float, float]:
    """The weighted share of the words that the passage has, by form or embedding, and by embedding
    alone.
    """
    passage = PassageAnalysis(hit.chunk, hit.filename).words_with_titles
    if not gist.total or not passage:
        return 0.0, 0.0
    vocabulary = Vocabulary.of(passage)
    asked = {word.stem: word for word in gist.words}
    found = list(dict.fromkeys(word.original for word in passage))
    originals = list(dict.fromkeys([*(word.original for word in asked.values()), *found]))
    vectors = dict(zip(originals, embedder.embed_passages(originals), strict=True))
    others = [vectors[original] for original in found]
    combined = semantic = 0.0
    for stem, word in asked.items():
        vector = vectors[word.original]
        nearest = max(sum(map(mul, vector, other)) for other in others)
        match = (nearest - COSINE_UNRELATED) / (COSINE_SYNONYM - COSINE_UNRELATED)
        match = min(1.0, max(0.0, match))
        semantic += gist.weights[stem] * match
        combined += gist.weights[stem] * max(match, vocabulary.match(word, FAMILY_MATCH))
    return combined / gist.total, semantic / gist.total
