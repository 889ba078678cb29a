"""Published test vectors: small ones in tests/data, Wycheproof's where there is a copy."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.support.bip32 import HARDENED
from tests.support.knowledge import data_folder

DATA = Path(__file__).parents[1] / "data"


def published(name: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads((DATA / f"{name}.json").read_text("utf-8"))["vectors"]
    return found


def wycheproof(name: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """(group, test); skips where the files are missing."""
    file = data_folder("wycheproof") / f"{name}_test.json"
    for group in json.loads(file.read_text("utf-8"))["testGroups"]:
        for test in group["tests"]:
            yield group, test


def path_of(text: str) -> tuple[int, ...]:
    """``m/44'/0`` as indexes."""
    steps = text.split("/")[1:]
    return tuple(int(s.rstrip("'")) + (HARDENED if s.endswith("'") else 0) for s in steps)
