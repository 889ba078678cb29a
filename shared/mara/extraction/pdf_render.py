"""Renders pages of a PDF as pictures for OCR."""

import math

import pypdfium2 as pdfium

from mara.extraction.ocr import Image

DPI = 300
"""What engines are trained for; less loses small print, more takes longer."""
PIXELS_MAX = 25_000_000
"""A page of 420 x 297 mm has 17 million; a larger one is rendered with fewer dots per inch."""
POINTS_PER_INCH = 72


def render(page: pdfium.PdfPage, turned: int = 0) -> Image:
    """The page in grey, ``turned`` clockwise by a number of degrees."""
    width, height = page.get_size()
    inches = width * height / POINTS_PER_INCH**2
    dpi = int(min(DPI, math.sqrt(PIXELS_MAX / max(inches, 0.01))))
    bitmap = page.render(scale=dpi / POINTS_PER_INCH, rotation=turned, grayscale=True)
    rows, wide, stride = memoryview(bitmap.buffer), bitmap.width, bitmap.stride
    pixels = b"".join(rows[at : at + wide] for at in range(0, bitmap.height * stride, stride))
    return Image(wide, bitmap.height, pixels, dpi)
