"""The worker process: limits its own resources, reads one file, writes its blocks."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from mara.extraction import limits
from mara.extraction.errors import Unreadable
from mara.extraction.model import COUNTED, Dropped, Format
from mara.extraction.ocr import OcrEngine, Recognition
from mara.extraction.readers import engine_of, read
from mara.extraction.records import Record, line


def main(format: str, path: str, output: str, seconds: float, *, ocr: str = "") -> None:
    """Read ``path`` and write records, the last of which is the outcome, to ``output``.

    ``ocr`` names the engine that recognises pages without text.
    """
    limits.confine(seconds)
    with Path(output).open("wb") as file:
        file.write(line(_read(file, Path(path), Format(format), engine_of(ocr))))


def _read(
    file: IO[bytes], path: Path, format: Format, engine: OcrEngine | None
) -> dict[str, object]:
    """Write the blocks and return the outcome: the pages and what was dropped, or a failure."""
    dropped = Dropped(dict.fromkeys(COUNTED[format], 0))
    recognition = Recognition(engine) if engine else None
    try:
        pages, records = read(path, format, dropped, recognition)
        if _write(file, records):
            recognized = recognition.pages if recognition else {}
            return {"pages": pages, "dropped": dropped, "recognized": recognized}
        return _failure("no_text", "No text was found in it.")
    except Unreadable as error:
        return _failure(error.code, error.detail)
    except MemoryError:
        return _failure("too_large", "Reading the file takes more memory than allowed.")
    except Exception:  # noqa: BLE001 - readers fail on broken files in hundreds of ways
        return _failure("corrupt", "The file is damaged, or is not what its name says.")


def _write(file: IO[bytes], records: Iterator[Record]) -> int:
    count, characters = 0, 0
    for record, blocks, letters in records:
        characters += letters
        if characters > limits.TEXT_CHARACTERS_MAX:
            detail = f"The file holds more than {limits.TEXT_CHARACTERS_MAX} characters of text."
            raise Unreadable("too_large", detail)
        if blocks:
            file.write(record)
        count += blocks
    return count


def _failure(code: str, detail: str) -> dict[str, object]:
    return {"failure": code, "detail": detail}
