"""The language models that agents may name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LATEST = "latest"


@dataclass(frozen=True, slots=True)
class LanguageModelOption:
    """A model that an agent may name; ``is_available`` if the model server has it now."""

    name: str
    is_default: bool
    is_available: bool


def options(default: str, available: Sequence[str]) -> list[LanguageModelOption]:
    """Return the default model, then the other models of the server, sorted by name."""
    others = sorted(name for name in available if not is_same(name, default))
    first = LanguageModelOption(default, is_default=True, is_available=is_known(default, available))
    return [
        first,
        *(LanguageModelOption(name, is_default=False, is_available=True) for name in others),
    ]


def is_known(name: str, names: Iterable[str]) -> bool:
    """Whether one of ``names`` is the same model as ``name``."""
    return any(is_same(name, known) for known in names)


def is_same(one: str, other: str) -> bool:
    """Compare two names as Ollama does: case-insensitive, and a missing tag means ``latest``."""
    return _canonical(one) == _canonical(other)


def _canonical(name: str) -> str:
    folded = name.casefold()
    # A colon before the last slash is the port of a registry and not a tag.
    return folded if ":" in folded.rsplit("/", 1)[-1] else f"{folded}:{LATEST}"
