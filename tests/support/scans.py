"""Scanned pages: PDF files that consist of pictures of text."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import reportlab

LATIN_FACE = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
CYRILLIC_FACE = next(
    (
        face
        for folder in ("truetype/dejavu", "dejavu", "dejavu-sans-fonts")
        if (face := Path("/usr/share/fonts") / folder / "DejaVuSans.ttf").exists()
    ),
    None,
)
"""A face of this machine, as the test packages have none with Russian letters."""
WIDTH, HEIGHT, DPI = 1240, 1754, 150


def a_recognizer(folder: Path, words: Mapping[str, int]) -> None:
    """Write a program ``tesseract``, which finds these words with their confidence in percent."""
    columns = "level page_num block_num par_num line_num word_num left top width height conf text"
    rows = [f"5 1 1 1 1 1 0 0 9 9 {percent} {word}" for word, percent in words.items()]
    table = "\n".join("\t".join(row.split()) for row in [columns, *rows])
    program = folder / "tesseract"
    program.write_text(f"#!/bin/sh\ncat > /dev/null\ncat <<'END'\n{table}\nEND\n")
    program.chmod(0o755)


def a_scan(*pages: Sequence[str], turned: int = 0, face: Path = LATIN_FACE) -> bytes:
    """A PDF with a picture of each page, ``turned`` counterclockwise by quarters, in degrees."""
    from PIL import Image, ImageDraw, ImageFont

    font, pictures = ImageFont.truetype(str(face), 30), []
    for lines in pages:
        picture = Image.new("L", (WIDTH, HEIGHT), 255)
        draw = ImageDraw.Draw(picture)
        for number, line in enumerate(lines):
            draw.text((120, 150 + 60 * number), line, font=font, fill=20)
        pictures.append(picture.rotate(turned, expand=True))
    buffer = io.BytesIO()
    first, *others = pictures
    first.save(buffer, "PDF", resolution=DPI, save_all=True, append_images=others)
    return buffer.getvalue()
