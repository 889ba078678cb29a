"""Fixed texts of answers, in each language of answers."""

import re
from collections import Counter
from collections.abc import Sequence

from mara.agents.model import Citation, Language

NOT_IN_DOCUMENTS = {
    Language.EN: "Your documents do not answer this question.",
    Language.RU: "В ваших документах нет ответа на этот вопрос.",
}
ABSENT = {
    Language.EN: "Your documents do not mention {codes}.",
    Language.RU: "В ваших документах не упоминается: {codes}.",
}
"""The refusal of a question about names, numbers or codes that are in no document."""
WITHDRAWN = {
    Language.EN: "The documents that this answer came from were deleted.",
    Language.RU: "Документы, из которых взят этот ответ, удалены.",
}
OTHER_ALERTS = {
    Language.EN: "Other alerts fire that this answer is not about: {names}.",
    Language.RU: "Сработали и другие алерты, этот ответ не о них: {names}.",
}
PAGE = {Language.EN: "page", Language.RU: "стр."}
UPLOADED = {Language.EN: "uploaded", Language.RU: "загружен"}
ROW = {Language.EN: "row", Language.RU: "строка"}

MORE = {
    Language.EN: "… there is more of this section in the document",
    Language.RU: "… продолжение раздела есть в документе",
}


def refusal(absent: Sequence[str], language: Language) -> str:
    """Format a refusal; it says which names, numbers and codes are in no document."""
    if not absent:
        return NOT_IN_DOCUMENTS[language]
    return ABSENT[language].format(codes=", ".join(dict.fromkeys(absent)))


def in_language(text: str, language: Language) -> str:
    """Write the lines that are fixed texts of refusals and notes in another language."""
    return "\n".join(_line_in(line, language) for line in text.split("\n"))


def quoted(citations: Sequence[Citation], language: Language) -> str:
    """Format each quote under its source; the numbers are the positions in ``citations``.

    A line tells where a section is longer than what is quoted of it. A source whose name another
    document has too is shown with the time at which it was uploaded.
    """
    names = Counter({one.document_id: one.filename for one in citations}.values())
    parts = []
    for number, citation in enumerate(citations, start=1):
        has_namesake = citation.has_namesake or names[citation.filename] > 1
        source = source_line(citation, language, has_namesake=has_namesake)
        more = [MORE[language]] if citation.has_more else []
        parts.append("\n".join([f"[{number}] {source}", citation.quote, *more]))
    return "\n\n".join(parts)


def with_sources_told_apart(text: str, citations: Sequence[Citation], language: Language) -> str:
    """Append the sources whose names other documents have too, with the times of their uploads."""
    sources = [
        f"[{number}] {source_line(citation, language, has_namesake=True)}"
        for number, citation in enumerate(citations, start=1)
        if citation.has_namesake
    ]
    return "\n\n".join([text, "\n".join(sources)]) if sources else text


def with_other_alerts(text: str, names: Sequence[str], language: Language) -> str:
    """Append the names of the alerts in the question that the answer is not about, if any."""
    if not names:
        return text
    return f"{text}\n\n{OTHER_ALERTS[language].format(names=', '.join(names))}"


def source_line(citation: Citation, language: Language, *, has_namesake: bool) -> str:
    """Format the source of a quote: file, headings, page, sheet and row."""
    place = citation.place
    parts = [citation.filename, *place.headings]
    if has_namesake and citation.uploaded_at is not None:
        at = citation.uploaded_at.strftime("%Y-%m-%d %H:%M:%S UTC")
        parts.insert(1, f"{UPLOADED[language]} {at}")
    if place.page is not None:
        parts.append(f"{PAGE[language]} {place.page}")
    if place.sheet is not None:
        parts.append(place.sheet)
    if place.row is not None:
        parts.append(f"{ROW[language]} {place.row}")
    return " · ".join(parts)


def _line_in(line: str, language: Language) -> str:
    for texts in (NOT_IN_DOCUMENTS, ABSENT, WITHDRAWN, OTHER_ALERTS):
        for text in texts.values():
            before, field, after = re.split(r"(\{\w+\}|$)", text, maxsplit=1)
            is_one = line.startswith(before) and line.endswith(after)
            if is_one and (field or line == before):
                value = line[len(before) : len(line) - len(after)]
                return value.join(re.split(r"\{\w+\}", texts[language]))
    return line
