"""Negotiation of the media type of an answer (RFC 9110, section 12.5.1)."""

from collections.abc import Sequence
from typing import Final

PDF: Final = "application/pdf"
BINARY: Final = frozenset({PDF})
"""API Gateway decodes such an answer by the first type of Accept, the emulator by all of it."""


def preferred_type(accept: str | None, offered: Sequence[str]) -> str:
    """The offered media type that Accept ranks highest; the first one if Accept names none.

    The most specific range counts: ``text/html;q=0, */*`` refuses HTML; and of equal weights the
    type that is named. A binary type is offered to those alone who name no other.
    """
    ranges = media_weights(accept or "*/*")
    possible = [media for media in offered if media not in BINARY or [*ranges] == [media]]
    return max(possible, key=lambda media: _rank(media, ranges), default=offered[0])


def _rank(media: str, ranges: dict[str, float]) -> tuple[float, int]:
    """The weight, and how specific the range is that has it."""
    by_range = ("*/*", f"{media.partition('/')[0]}/*", media)
    found = [(place, name) for place, name in enumerate(by_range) if name in ranges]
    place, name = found[-1] if found else (0, "")
    weight = ranges.get(name, 0.0)
    return (weight, place) if weight else (0.0, 0)


def media_weights(accept: str) -> dict[str, float]:
    """Each media range with its weight, in their order; a weight that is no number counts as 0."""
    weights: dict[str, float] = {}
    for part in accept.lower().split(","):
        media, *parameters = (word.strip() for word in part.split(";"))
        given = [word[2:] for word in parameters if word.startswith("q=")]
        try:
            weights[media] = float(given[0]) if given else 1.0
        except ValueError:
            weights[media] = 0.0
    return weights
