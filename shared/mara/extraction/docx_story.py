"""What the text of a Word document refers to: styles, lists, links and notes."""

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from mara.extraction.docx_notes import Notes
from mara.extraction.docx_numbering import Numbering
from mara.extraction.docx_styles import LEVEL_OF_BODY, Styles
from mara.extraction.model import Dropped


@dataclass(slots=True)
class Story:
    """What the text of a document refers to: its styles, lists, links and notes."""

    styles: Styles
    numbering: Numbering
    links: dict[str, str]
    footnotes: Notes
    endnotes: Notes
    dropped: Dropped

    def number(self, paragraph: Element) -> str:
        """Count the paragraph in its list; its number, "-" for a bullet, "" outside of lists."""
        return self._mark(paragraph)[0]

    def list_mark(self, paragraph: Element) -> str:
        """As ``number``, with a space after it, and indented where it does not name its level."""
        mark, depth = self._mark(paragraph)
        if not mark:
            return ""
        names_its_level = sum(map(str.isalnum, mark)) > 1 and "." in mark.strip(".")
        return f"{'' if names_its_level else '  ' * depth}{mark} "

    def _mark(self, paragraph: Element) -> tuple[str, int]:
        number_id, depth = self.styles.number_of(paragraph)
        if number_id is None or number_id == "0":
            is_list = number_id is None and self.styles.is_list(paragraph)
            return "-" if is_list else "", depth or 0
        if depth is None:
            depth = self.numbering.level_of_style(number_id, self.styles.ids_of(paragraph))
        mark = self.numbering.next_mark(number_id, depth)
        return "-" if mark is None else mark, min(depth, LEVEL_OF_BODY)
