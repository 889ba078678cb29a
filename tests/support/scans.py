"""Scanned pages: PDF files that consist of pictures of text."""

import io
from collections.abc import Sequence
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
