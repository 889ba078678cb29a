"""Whether a document is a new version of one with the same name, by comparing their passages.

Two files called "README.md" are usually different documents. One is a new version of the other if
the uploader says so, or if the most part of its text is the same.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from mara.documents.model import Document
from mara.documents.ports import Documents
from mara.search.ports import SearchIndex

SHARE_OF_SAME_PASSAGES_MIN = 0.6
"""Of the longer of both documents, from which one is a version of the other."""
READ_AT_ONCE = 1000


def as_version(
    document: Document, texts: Sequence[str], documents: Documents, index: SearchIndex
) -> Document:
    """Return the document as a new version of the most similar earlier one, or as it is.

    ``texts`` are those of its passages. It stays as it is if its uploader named the document that
    it replaces. The file it is a version of is locked until the transaction ends.
    """
    if document.supersedes is not None:
        return document
    own = Counter(texts)
    shares = [
        (_share(own, Counter(_texts_of(other, index))), other)
        for other in documents.earlier_namesakes(document)
        if _may_be_alike(len(texts), other.chunks or 0)
    ]
    share, previous = max(shares, key=lambda pair: pair[0], default=(0.0, None))
    if previous is None or share < SHARE_OF_SAME_PASSAGES_MIN:
        return document
    version = documents.next_version(document.owner_id, previous.lineage_id)
    return document.as_version_after(previous, version)


def _may_be_alike(count: int, other: int) -> bool:
    return min(count, other) >= SHARE_OF_SAME_PASSAGES_MIN * max(count, other)


def _share(own: Counter[str], other: Counter[str]) -> float:
    return (own & other).total() / max(own.total(), other.total())


def _texts_of(document: Document, index: SearchIndex) -> Iterator[str]:
    last = -1
    while chunks := index.read(document.owner_id, document.id, after=last, limit=READ_AT_ONCE):
        yield from (chunk.text for chunk in chunks)
        last = chunks[-1].ordinal
