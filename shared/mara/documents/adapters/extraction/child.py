"""The child process: limits itself, reads one file, writes its blocks as JSON lines.

A line holds many blocks, as a list for each of their fields; the last tells how it ended.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from mara.documents.adapters.extraction import limits
from mara.documents.adapters.extraction.readers import read
from mara.documents.errors import Unreadable
from mara.documents.model import Block, Format, Place

BLOCKS_AT_ONCE = 4096
"""Of one line."""


def main(format: str, path: str, output: str, seconds: float) -> None:
    limits.confine(seconds)
    # Lone surrogates, which a broken file may hold, cannot be stored anywhere.
    with Path(output).open("w", encoding="utf-8", errors="replace") as file:
        try:
            pages, blocks = read(Path(path), Format(format))
            if _write(file, blocks):
                _line(file, {"done": True, "pages": pages})
            else:
                detail = "No text was found in the file."
                _line(file, {"failure": "no_text", "detail": detail})
        except Unreadable as error:
            _line(file, {"failure": error.code, "detail": error.detail})
        except MemoryError:
            detail = "Reading the file takes more memory than allowed."
            _line(file, {"failure": "too_large", "detail": detail})
        except Exception:  # noqa: BLE001 - readers fail on broken files in hundreds of ways
            detail = "The file is damaged, or is not what its name says."
            _line(file, {"failure": "corrupt", "detail": detail})


def _write(file: IO[str], blocks: Iterator[Block]) -> int:
    count, characters = 0, 0
    kept: list[tuple[str, Place]] = []
    for block in blocks:
        # A zero byte, which PostgreSQL keeps in no text, is no letter either.
        text = block.text.replace("\x00", "").strip("\n").rstrip()
        if not text:
            continue
        characters += len(text)
        if characters > limits.TEXT_CHARACTERS_MAX:
            detail = f"The file holds more than {limits.TEXT_CHARACTERS_MAX} characters of text."
            raise Unreadable("too_large", detail)
        kept.append((text, block.place))
        count += 1
        if len(kept) == BLOCKS_AT_ONCE:
            _line(file, _columns(kept))
            kept.clear()
    _line(file, _columns(kept))
    return count


def _columns(blocks: Sequence[tuple[str, Place]]) -> list[list[Any]]:
    return [
        [text for text, _ in blocks],
        [place.page for _, place in blocks],
        [place.sheet for _, place in blocks],
        [place.row for _, place in blocks],
        [place.headings for _, place in blocks],
    ]


def _line(file: IO[str], content: Sequence[object] | dict[str, object]) -> None:
    file.write(_encode(content) + "\n")


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
