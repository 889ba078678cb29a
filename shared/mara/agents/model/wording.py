"""The few sentences an agent says in its own words, in the language of the question."""

from collections.abc import Sequence

from mara.agents.model import Citation, Language
from mara.agents.model.confidence import is_russian

NOT_IN_DOCUMENTS = {
    Language.EN: "Your documents do not answer this question.",
    Language.RU: "В ваших документах нет ответа на этот вопрос.",
}
PAGE = {Language.EN: "page", Language.RU: "стр."}
ROW = {Language.EN: "row", Language.RU: "строка"}


def language_of(question: str, wanted: Language | None) -> Language:
    if wanted is not None:
        return wanted
    return Language.RU if is_russian(question) else Language.EN


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
