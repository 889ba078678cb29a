"""Fields of a Word document: links, and the boxes and lists of its forms.

Element names are those of ECMA-376, part 1, section 17.16.
"""

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from mara.extraction.docx_styles import W, child_value, is_on

_HYPERLINK = re.compile(r"""^\s*HYPERLINK\s+(?!\\)(?:"([^"]*)"|(\S+))""", re.IGNORECASE)
_CHECKED, _UNCHECKED = "☒", "☐"


@dataclass(slots=True)
class Field:
    """A field that is being read: its code, and where its result begins."""

    code: str = ""
    start: int = 0

    @property
    def address(self) -> str | None:
        """The address that the field links to, outside of the document."""
        found = _HYPERLINK.match(self.code)
        return (found[1] or found[2]) if found else None


def adds_to(address: str, text: str) -> bool:
    """Whether the address of a link says more than its text."""
    shown = address.split(":", 1)[-1] if address.lower().startswith("mailto:") else address
    bare = re.sub(r"^\w+://(?:www\.)?", "", shown).rstrip("/").lower()
    return bool(bare) and bare not in text.lower()


def form_value(field: Element) -> str:
    """The value of a check box or a list of a form; "" for other fields, whose result is text."""
    box = field.find(f"{W}ffData/{W}checkBox")
    if box is not None:
        own = box.find(f"{W}checked")
        checked = is_on(box, f"{W}default") if own is None else is_on(box, f"{W}checked")
        return _CHECKED if checked else _UNCHECKED
    options = field.find(f"{W}ffData/{W}ddList")
    if options is None:
        return ""
    entries = [entry.get(f"{W}val", "") for entry in options.findall(f"{W}listEntry")]
    chosen = child_value(options, f"{W}result") or child_value(options, f"{W}default") or "0"
    at = int(chosen) if chosen.isdecimal() else 0
    return entries[at] if at < len(entries) else ""
