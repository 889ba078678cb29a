"""The language of a question, which is the language of its answer."""

import re

from mara.agents.model import Language

CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
LETTER = re.compile(r"[^\W\d_]")
WORD = re.compile(r"[^\W\d_]{2,}")
WORDS_MIN = 2
"""Words around an alert that tell the language of the question."""


def is_russian(text: str) -> bool:
    """Whether more than a third of the letters are Cyrillic.

    A third, because Russian questions contain Latin identifiers.
    """
    letters = len(LETTER.findall(text))
    return len(CYRILLIC.findall(text)) * 3 > letters


def language_of(question: str, configured: Language | None) -> Language:
    """Return the agent's configured language, else the language of the question.

    That of a pasted alert is the language of the words around it or of its annotations: its keys
    are English everywhere.
    """
    if configured is not None:
        return configured
    return Language.RU if is_russian(_said(question)) else Language.EN


def _said(question: str) -> str:
    """What of the question is language: of an alert, the words around it, else its annotations."""
    # Imported here: most functions that have this module never answer.
    from mara.search.model.alert_text import AlertText

    alert = AlertText.read(question)
    if not alert.structured:
        return question
    return alert.around if len(WORD.findall(alert.around)) >= WORDS_MIN else alert.text
