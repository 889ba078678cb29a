"""Values of the day: addresses, pods, percentages, times, as alerts are full of.

They are in no document, and rare, so that they would outweigh the words that say what happened.
"""

from mara.search.model.analyzer import TOKEN


def without_values(text: str) -> str:
    """The text without tokens that mix digits with letters or signs: ``10.0.3.17``, ``5m``."""
    return TOKEN.sub(lambda found: "" if _is_value(found.group()) else found.group(), text)


def _is_value(token: str) -> bool:
    return any(map(str.isdigit, token)) and not token.isdigit()
