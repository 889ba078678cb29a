"""The child process: limits itself, reads one file, writes its blocks as JSON lines.

python -m mara.documents.adapters.extraction.child FORMAT INPUT OUTPUT
"""

import json
import resource
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from mara.documents.adapters.extraction import limits
from mara.documents.adapters.extraction.readers import read
from mara.documents.errors import Unreadable
from mara.documents.model import Block, Format


def main(format: str, path: str, output: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limits.MEMORY_BYTES, limits.MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.CPU_S, limits.CPU_S + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.OUTPUT_BYTES_MAX, limits.OUTPUT_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
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
    for block in blocks:
        # A zero byte, which PostgreSQL keeps in no text, is no letter either.
        text = block.text.replace("\x00", "").strip("\n").rstrip()
        if not text.strip():
            continue
        characters += len(text)
        if characters > limits.TEXT_CHARACTERS_MAX:
            detail = f"The file holds more than {limits.TEXT_CHARACTERS_MAX} characters of text."
            raise Unreadable("too_large", detail)
        place = block.place
        where = [place.page, place.sheet, place.row, place.headings]
        _line(file, [text, *where])
        count += 1
    return count


def _line(file: IO[str], content: Sequence[object] | dict[str, object]) -> None:
    file.write(_encode(content) + "\n")


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


if __name__ == "__main__":
    main(*sys.argv[1:])
