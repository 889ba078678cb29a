"""The numbers before the headings of sections."""

import re

SECTION_NUMBER = re.compile(
    r"(?:(?:chapter|section|part|глава|раздел|часть)\s+)?(?:§\s*)?"
    r"(?P<number>\d+(?:\.\d+)*|[IVXLC]+(?=[.)]))[.):]?\s+(?=\S)",
    re.IGNORECASE,
)
"""At the beginning of a heading: ``3.2``, ``Chapter IV.``, ``§ 7``."""
