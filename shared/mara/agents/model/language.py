"""The language of a question, which is the language of its answer."""

import re

from mara.agents.model import Language

CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
LETTER = re.compile(r"[^\W\d_]")


def is_russian(text: str) -> bool:
    """Whether more than a third of the letters are Cyrillic.

    A third, because Russian questions contain Latin identifiers.
    """
    letters = len(LETTER.findall(text))
    return len(CYRILLIC.findall(text)) * 3 > letters


def language_of(question: str, configured: Language | None) -> Language:
    """Return the agent's configured language, else the language of the question."""
    if configured is not None:
        return configured
    return Language.RU if is_russian(question) else Language.EN
