"""Which engine recognises the text of scanned pages."""

from typing import Literal

from mara.platform.settings.base import Settings


class OcrSettings(Settings):
    """The engine; it is a program beside the function, so it needs container images."""

    ocr: Literal["", "tesseract"] = ""
    """The OCR engine of scanned PDF pages: tesseract, or none."""
