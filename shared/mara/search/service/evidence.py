"""Evidence that a passage answers a question, from the ranking and from the meaning of words.

Each word of the question that the passage does not have is aligned with the nearest of its words by
embedding, which joins inflected forms, synonyms and also two languages.
"""

import math
from collections.abc import Sequence

from mara.search.model import Evidence, Hit
from mara.search.model.analyzer import Word, words
from mara.search.model.matching import QueryAnalysis, Vocabulary, WeightedWords
from mara.search.model.shared_titles import shared_titles
from mara.search.model.windows import titles_of
from mara.search.ports import Embedder

COSINE_UNRELATED, COSINE_SYNONYM = 0.4, 0.9
"""Between these cosines, the match of two words grows linearly from 0 to 1."""
RANKING_OFFSET = 1.0
"""Added to ln of the number of chunks: the highest of many scores is high by chance, and grows with
the logarithm of their number."""


def collect_evidence(
    query: QueryAnalysis, hits: Sequence[Hit], embedder: Embedder, *, for_fact: bool = False
) -> Evidence:
    """Evidence that the first of ``hits`` answers; ``for_fact`` if a fact is asked for.

    "Who is the director of Acme?" names the subject of all sections: that a title says it is no
    evidence for one of them. An alert, a question of what to do, and one that says the title and no
    more, is about the subject itself.
    Raises EmbeddingUnavailable.
    """
    best, gist = hits[0], query.gist
    titles, score = titles_of(best.chunk, best.filename), best.score
    shared = shared_titles((hit.chunk, hit.filename) for hit in hits) if for_fact else ()
    if for_fact and not any(title in shared and gist.is_title(words(title)) for title in titles):
        # A heading says no more than its title, and a citation has the text below it.
        best = next((hit for hit in hits if not hit.chunk.is_bare_heading), best)
        titles = titles_of(best.chunk, best.filename)
        score = best.score - best.by_shared_titles
        subject = (word for title in titles if title in shared for word in words(title))
        gist = gist.beyond(Vocabulary.of(subject)) or gist
        titles = [title for title in titles if title not in shared]
    parts = [words(title) for title in titles]
    passage = [word for part in (*parts, words(best.chunk.text)) for word in part]
    return Evidence(
        ranking=score / (RANKING_OFFSET + math.log(max(query.chunk_count, 1))),
        coverage=_coverage(gist, passage, embedder),
        title=max((gist.title_coverage(part)[0] for part in parts), default=0.0),
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
