"""Answers from two documents of one name tell which is which."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from mara.agents.model import Citation, Language
from mara.agents.model.messages import quoted
from mara.agents.schemas.answers import CitationOut
from mara.extraction.model import Place

MAY, JUNE = datetime(2026, 5, 4, 12, 30, tzinfo=UTC), datetime(2026, 6, 5, 8, tzinfo=UTC)


def uploaded(at: datetime) -> UUID:
    """The id of a document that was uploaded at a time."""
    return UUID(int=(int(at.timestamp() * 1000) << 80) | (7 << 76) | (2 << 62) | 5)


def a_citation(document_id: UUID, filename: str = "README.md", heading: str = "Start") -> Citation:
    return Citation(document_id, filename, uuid4(), "Run it.", Place(headings=(heading,)))


@pytest.mark.parametrize(
    ("language", "word"), [(Language.EN, "uploaded"), (Language.RU, "загружен")]
)
def test_sources_of_one_name_have_their_time(language: Language, word: str) -> None:
    text = quoted([a_citation(uploaded(MAY)), a_citation(uploaded(JUNE))], language)
    assert f"[1] README.md · {word} 2026-05-04 12:30:00 UTC · Start" in text
    assert f"[2] README.md · {word} 2026-06-05 08:00:00 UTC · Start" in text


def test_passages_of_one_document_have_none() -> None:
    document_id = uploaded(MAY)
    citations = [a_citation(document_id), a_citation(document_id, heading="Stop")]
    assert "uploaded" not in quoted(citations, Language.EN)
    citations = [a_citation(document_id), a_citation(uploaded(JUNE), "guide.md")]
    assert "uploaded" not in quoted(citations, Language.EN)


def test_a_citation_shows_it_always() -> None:
    assert CitationOut.of(a_citation(uploaded(MAY))).uploaded_at == MAY


def test_a_citation_of_an_id_without_a_time_shows_none() -> None:
    assert CitationOut.of(a_citation(uuid4())).uploaded_at is None
