"""The number format of each cell style of a workbook."""

import zipfile
from xml.etree.ElementTree import fromstring

from mara.extraction.date_format import ISO
from mara.extraction.number_format import Formatter, formatter

STYLES = "xl/styles.xml"

_GROUPED = "#,##0"
_BUILT_IN = {
    1: "0",
    2: "0.00",
    3: _GROUPED,
    4: f"{_GROUPED}.00",
    # The sign of the currency is that of the reader's country: it is not in the file.
    **dict.fromkeys((5, 6, 37, 38, 41, 42), _GROUPED),
    **dict.fromkeys((7, 8, 39, 40, 43, 44), f"{_GROUPED}.00"),
    9: "0%",
    10: "0.00%",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    **dict.fromkeys((14, 22, *range(27, 37), *range(50, 59)), ISO),
}
"""Formats that files name by number alone (ECMA-376, part 1, 18.8.30)."""


def formatters_of(archive: zipfile.ZipFile) -> list[Formatter | None]:
    """How each style shows numbers; ``None`` for the usual form. Empty without styles."""
    try:
        root = fromstring(archive.read(STYLES))  # noqa: S314 - the guards reject every entity
    except KeyError:
        return []
    codes = dict(_BUILT_IN)
    styles: list[Formatter | None] = []
    for element in root:
        name = element.tag.rpartition("}")[2]
        if name == "numFmts":
            codes |= {
                int(item.get("numFmtId", "0")): item.get("formatCode", "") for item in element
            }
        elif name == "cellXfs":
            styles = [formatter(codes.get(int(item.get("numFmtId", "0")), "")) for item in element]
    return styles
