"""Markdown: paragraphs, lists, code blocks and table rows under their path of headings."""

import re
from collections.abc import Iterator

from mara.extraction.markdown_front_matter import split_front_matter
from mara.extraction.model import Block, Dropped, DroppedKind, Place
from mara.extraction.tables import read_rows

TITLE_LINES_MAX = 3
"""Of a heading that is underlined; more lines are a paragraph before a horizontal rule."""

_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$")
_FENCE = re.compile(r"^[ \t]*(```+(?=[^`]*$)|~~~+)")
"""Indented, it is in a list item; a line of code between backticks is none."""
_UNDERLINE = re.compile(r"^ {0,3}(=+|-{3,})[ \t]*$")
_HIDDEN_LINE = re.compile(r"^ {0,3}\[[^\]]*\]:[ \t]*(?:#|<>)[ \t]*[\"'(].*$")
"""A link definition without a target, the usual way to write a comment without HTML."""
_BETWEEN = re.compile(r"^[ \t|:]*-[-: \t|]*$")
"""The delimiter row of a table."""
_CELLS = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$")
_NO_PARAGRAPH = re.compile(r"^ {0,3}(?:[-+*]|\d{1,9}[.)]|>|\|)(?:[ \t]|$)")
"""A list item, a quotation or a row of a table: a line of dashes below is a horizontal rule."""
_PICTURE = re.compile(r"!\[[^\]]*\][(\[]|<img\b", re.IGNORECASE)


def read_markdown(text: str, dropped: Dropped | None = None) -> Iterator[Block]:
    """Blocks of the rendered text; front matter but its title, and comments, are ``dropped``."""
    counts = Dropped() if dropped is None else dropped
    title, rest, has_front_matter = split_front_matter(text)
    counts[DroppedKind.FRONT_MATTER] += has_front_matter
    body = _without_comments(rest.split("\n"), counts)
    path: dict[int, str] = {} if title is None else {0: title}
    written = title is None  # whether the last heading has text under it
    for kind, level, content in _parts(list(body)):
        if kind == "heading":
            if not written and path.keys() != {0}:
                yield _heading_alone(path)
            path = {depth: title for depth, title in path.items() if depth < level}
            if path.keys() == {0} and _letters(path[0]) == _letters(content):
                del path[0]  # the page shows its title once
            path[level] = content
            written = False
        else:
            written = True
            counts[DroppedKind.PICTURES] += len(_PICTURE.findall(content))
            yield from _blocks(content, tuple(path.values()))
    if not written:
        yield _heading_alone(path)


def _letters(title: str) -> str:
    """A title without its spaces, marks and case."""
    return "".join(filter(str.isalnum, title)).casefold()


def _without_comments(lines: list[str], dropped: Dropped) -> Iterator[str]:
    """Comments within code, and unterminated ones, are kept as text."""
    last_end = max((n for n, line in enumerate(lines) if "-->" in line), default=-1)
    fence: str | None = None
    within = False
    for number, line in enumerate(lines):
        if not within:
            mark = _FENCE.match(line)
            if fence is not None or mark:
                fence = _after(fence, mark)
                yield line
                continue
        shown, within = _outside(line, within=within, closed_later=number < last_end)
        is_hidden = _HIDDEN_LINE.match(shown) is not None
        dropped[DroppedKind.COMMENTS] += is_hidden + line.count("<!--") - shown.count("<!--")
        if not is_hidden and (shown.strip() or not line.strip()):
            yield shown


def _after(fence: str | None, mark: re.Match[str] | None) -> str | None:
    """The code fence that is open after this line."""
    if fence is None:
        return mark[1] if mark else None
    return None if _closes(fence, mark) else fence


def _closes(fence: str, mark: re.Match[str] | None) -> bool:
    """Whether a line ends the code: its fence is as long, and nothing follows."""
    return mark is not None and mark[1].startswith(fence) and not mark.string[mark.end() :].strip()


def _outside(line: str, *, within: bool, closed_later: bool) -> tuple[str, bool]:
    """The line without comments, and whether a comment continues after it."""
    kept: list[str] = []
    position = 0
    while True:
        if within:
            end = line.find("-->", position)
            if end < 0:
                return "".join(kept), True
            position, within = end + len("-->"), False
        start = line.find("<!--", position)
        if start < 0 or (not closed_later and "-->" not in line[start:]):
            return "".join([*kept, line[position:]]), False
        kept.append(line[position:start])
        position, within = start, True


def _blocks(content: str, headings: tuple[str, ...]) -> Iterator[Block]:
    lines = content.split("\n")
    if not _is_table(lines):
        yield Block(content, Place(headings=headings))
        return
    rows = [_cells(line) for line in [lines[0], *lines[2:]]]
    for block in read_rows(rows, sheet=None, first_row=1, declared=True):
        place = Place(row=block.place.row, headings=headings + block.place.headings)
        yield Block(block.text, place)


def _is_table(lines: list[str]) -> bool:
    if len(lines) < 3 or not all("|" in line for line in lines):  # noqa: PLR2004 - head, rule, row
        return False
    return _BETWEEN.match(lines[1]) is not None


def _cells(line: str) -> list[str]:
    row = line.strip().removeprefix("|").removesuffix("|")
    return [cell.strip().replace("\\|", "|") for cell in _CELLS.split(row)]


def _heading_alone(path: dict[int, str]) -> Block:
    titles = tuple(path.values())
    return Block(titles[-1], Place(headings=titles))


def _parts(lines: list[str]) -> Iterator[tuple[str, int, str]]:
    """(kind, level, text) of each heading and each block between blank lines."""
    block: list[str] = []
    fence: str | None = None
    for line in lines:
        mark = _FENCE.match(line)
        if fence is not None or mark:
            block.append(line)
            fence = _after(fence, mark)
            continue
        heading = _HEADING.match(line)
        underlined = _UNDERLINE.match(line) is not None and _is_title(block)
        if not (heading or underlined or _RULE.match(line) or not line.strip()):
            block.append(line)
            continue
        if underlined:
            yield "heading", 1 if "=" in line else 2, " ".join(map(str.strip, block))
        elif block:
            yield "text", 0, "\n".join(block)
        block = []
        if heading:
            yield "heading", len(heading[1]), heading[2].strip()
    if block:
        yield "text", 0, "\n".join(block)


def _is_title(block: list[str]) -> bool:
    """Whether a line below these makes them a heading: a paragraph that is no longer than one."""
    return (
        0 < len(block) <= TITLE_LINES_MAX
        and not any(map(_NO_PARAGRAPH.match, block))
        and _FENCE.match(block[0]) is None
    )
