"""The language models that agents may name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LATEST = "latest"


@dataclass(frozen=True, slots=True)
class ModelOption:
    """A model for the form of an agent; ``is_available`` if the model server has it now."""

    name: str
    is_default: bool
    is_available: bool


def options(default: str, available: Sequence[str]) -> list[ModelOption]:
    """List the default model first, then the others of the server by name."""
    others = sorted(name for name in available if not is_same(name, default))
    first = ModelOption(default, is_default=True, is_available=is_known(default, available))
    return [first, *(ModelOption(name, is_default=False, is_available=True) for name in others)]


def is_known(name: str, names: Iterable[str]) -> bool:
    """Whether one of ``names`` is the same model as ``name``."""
    return any(is_same(name, known) for known in names)


def is_same(one: str, other: str) -> bool:
    """Compare as Ollama does: case does not matter, and a missing tag means ``latest``."""
    return _canonical(one) == _canonical(other)


def _canonical(name: str) -> str:
    folded = name.casefold()
    # The registry before the last slash may have a port, which is no tag.
    return folded if ":" in folded.rsplit("/", 1)[-1] else f"{folded}:{LATEST}"
