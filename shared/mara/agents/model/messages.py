"""The few sentences an agent says in its own words, in the language of the question."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from mara.agents.model import Answer, Citation, Language
from mara.agents.model.confidence import is_russian

NOT_IN_DOCUMENTS = {
    Language.EN: "Your documents do not answer this question.",
    Language.RU: "В ваших документах нет ответа на этот вопрос.",
}
WITHDRAWN = {
    Language.EN: "The documents that this answer came from were deleted.",
    Language.RU: "Документы, из которых взят этот ответ, удалены.",
}
PAGE = {Language.EN: "page", Language.RU: "стр."}
ROW = {Language.EN: "row", Language.RU: "строка"}


def language_of(question: str, wanted: Language | None) -> Language:
    if wanted is not None:
        return wanted
    return Language.RU if is_russian(question) else Language.EN


def documents_of(answers: Iterable[Answer]) -> set[UUID]:
    """All that they cite."""
    return {cited.document_id for answer in answers for cited in answer.reply.citations}


def withdrawn(answer: Answer, gone: Collection[UUID]) -> Answer:
    """The answer without a word of documents that are ``gone``; as it is where none was cited."""
    kept = [citation for citation in answer.reply.citations if citation.document_id not in gone]
    if len(kept) == len(answer.reply.citations):
        return answer
    text = WITHDRAWN[language_of(answer.question, None)]
    return replace(answer, reply=replace(answer.reply, text=text, citations=kept))


def quoted(citations: Sequence[Citation], language: Language) -> str:
    """Each quote word for word under the place it comes from, numbered as the citations are."""
    parts = (
        f"[{number}] {_source(citation, language)}\n{citation.quote}"
        for number, citation in enumerate(citations, start=1)
    )
    return "\n\n".join(parts)


def _source(citation: Citation, language: Language) -> str:
    place = citation.place
    parts = [citation.filename, *place.headings]
    if place.page is not None:
        parts.append(f"{PAGE[language]} {place.page}")
    if place.sheet is not None:
        parts.append(place.sheet)
    if place.row is not None:
        parts.append(f"{ROW[language]} {place.row}")
    return " · ".join(parts)
