"""What a search found, and what the question's names and codes say about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mara.search.model import Hit
from mara.search.model.analyzer import words
from mara.search.model.matching import QueryAnalysis
from mara.search.model.naming import (
    is_of_another,
    mentions,
    name_parts,
    names_of,
    titles_said,
)
from mara.search.model.shared_titles import shared_titles
from mara.search.model.windows import title_of, titles_of


@dataclass(frozen=True, slots=True)
class SearchResult:
    """All hits, best first, and the query as the corpus searched weights its words.

    The first ``named`` hits are under a title that the question says in full; the first ``exact``
    hits have the codes asked for, of which those in ``absent`` are nowhere. ``subject`` is the
    identifier that the question is about; ``for_fact`` if the question asks for a fact.
    """

    query: QueryAnalysis
    hits: Sequence[Hit]
    named: int = 0
    exact: int = 0
    absent: Sequence[str] = ()
    subject: str | None = None
    for_fact: bool = False

    @property
    def answering(self) -> Sequence[Hit]:
        """The hits that may answer: those that the question names, if it names any."""
        return self.hits[: self.named or self.exact or None]

    def keeping(self, hits: Sequence[Hit]) -> "SearchResult":
        """The result with these of its hits alone."""
        kept = {hit.chunk.id for hit in hits}
        named = sum(hit.chunk.id in kept for hit in self.hits[: self.named])
        exact = sum(hit.chunk.id in kept for hit in self.hits[: self.exact])
        return replace(self, hits=hits, named=named, exact=exact)

    @property
    def unknown(self) -> str | None:
        """The identifier that the question is about, if no hit mentions it."""
        if self.subject is None or self.named:
            return None
        texts = (f"{title_of(hit.chunk, hit.filename)}\n{hit.chunk.text}" for hit in self.hits)
        return None if mentions(self.subject, texts) else self.subject

    @property
    def is_named(self) -> bool:
        """Whether the question names the section that answers.

        A fact asked for may be missing under a title that heads several sections, unless the
        question says nothing more, or it is the identifier that the question is about.
        """
        if not self.named or not self.for_fact:
            return self.named > 0
        best = self.hits[0]
        shared = shared_titles((hit.chunk, hit.filename) for hit in self.hits)
        said, about = titles_said(self.query.text), name_parts(self.subject or "")
        return any(
            parts in said
            and (parts == about or title not in shared or self.query.gist.is_title(words(title)))
            for title in titles_of(best.chunk, best.filename)
            for parts in map(name_parts, names_of(title))
        )

    @property
    def is_of_another(self) -> bool:
        """Whether the first hit is under another identifier than the one asked about."""
        if self.subject is None or self.named or not self.hits:
            return False
        best = self.hits[0]
        return is_of_another(self.subject, titles_of(best.chunk, best.filename))
