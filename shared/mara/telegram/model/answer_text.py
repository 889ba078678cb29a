"""Answers of agents as texts of messages."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from mara.agents.model import Citation, Language, Reply
from mara.agents.model.messages import quoted, source_line
from mara.telegram.model.bot_config import BotLanguage
from mara.telegram.model.chat_texts import ChatText, chat_text
from mara.telegram.model.formatted_text import FormattedText, Span, TextFormat
from mara.telegram.model.rich_text import rich

RELATED_MAX: Final = 300
"""Characters of a passage that is near the question, but does not answer it."""


def answer_text(reply: Reply, language: BotLanguage) -> FormattedText:
    """The reply with its sources; a refusal has the nearest sections.

    Quotes stand under the headings of their sections, verbatim.
    """
    if not reply.citations:
        return rich(reply.text) + _related(reply.related, language)
    rest = _after_quotes(reply)
    if rest is None:
        return rich(reply.text) + _sources(reply.citations, language)
    return _joined(list(_sections(reply.citations, language))) + rich(rest)


def _after_quotes(reply: Reply) -> str | None:
    """What follows the quotes, if the text consists of them; None for a text of a model."""
    for language in Language:
        quotes = quoted(reply.citations, language)
        if reply.text.startswith(quotes):
            return reply.text[len(quotes) :]
    return None


def _sections(citations: Sequence[Citation], language: BotLanguage) -> Iterator[FormattedText]:
    for _, group in groupby(citations, key=_section):
        found = list(group)
        first, last = found[0], found[-1]
        bodies = [rich(one.quote) for one in found if one.quote.strip() != _heading(one)]
        cut = [FormattedText.of(chat_text(ChatText.CUT, language))] if last.has_more else []
        source = FormattedText.of(Span(_source(first, language), TextFormat.ITALIC))
        heading = [FormattedText.of(Span(_heading(first), TextFormat.BOLD))]
        yield _joined([*(heading if _heading(first) else []), *bodies, *cut, source])


def _related(citations: Sequence[Citation], language: BotLanguage) -> FormattedText:
    if not citations:
        return FormattedText()
    shown = [FormattedText.of("\n\n", chat_text(ChatText.RELATED, language))]
    for one in citations:
        quote = one.quote if len(one.quote) <= RELATED_MAX else f"{one.quote[:RELATED_MAX]}…"
        source = Span(_source(one, language), TextFormat.ITALIC)
        shown.append(rich(quote) + FormattedText.of("\n", source))
    return _joined(shown)


def _sources(citations: Sequence[Citation], language: BotLanguage) -> FormattedText:
    lines = dict.fromkeys(_source(one, language) for one in citations)
    listed = Span("\n".join(lines), TextFormat.ITALIC)
    return FormattedText.of("\n\n", chat_text(ChatText.SOURCES, language), "\n", listed)


def _section(citation: Citation) -> tuple[object, ...]:
    return citation.document_id, citation.place.headings, citation.place.row


def _heading(citation: Citation) -> str:
    return citation.place.headings[-1] if citation.place.headings else ""


def _source(citation: Citation, language: BotLanguage) -> str:
    return source_line(citation, Language(language), has_namesake=citation.has_namesake)


def _joined(parts: Sequence[FormattedText]) -> FormattedText:
    found = FormattedText()
    for number, part in enumerate(parts):
        found = found + (FormattedText.of("\n\n") if number else FormattedText()) + part
    return found
