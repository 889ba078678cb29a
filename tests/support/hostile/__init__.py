"""Files made to hurt whoever reads them, each with the outcomes that are right for it.

Bombs, loops, lies, truncations, wrong types, nothing at all, and text that is honest and odd.
"""

from tests.support.hostile import office, pdfs, texts
from tests.support.hostile.case import Case

CASES: dict[str, Case] = {**pdfs.CASES, **office.CASES, **texts.CASES}
