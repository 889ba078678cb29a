"""Markdown: paragraphs, lists and code blocks under their path of headings."""

import re
from collections.abc import Iterator

from mara.documents.model import Block, Place

_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$")
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-{3,})[ \t]*$")
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


def read_markdown(text: str) -> Iterator[Block]:
    """Front matter and comments, which a reader of the page does not see, are dropped."""
    body = _without_comments(_FRONT_MATTER.sub("", text))
    path: dict[int, str] = {}
    written = True  # whether the last heading has text under it
    for kind, level, content in _parts(body.split("\n")):
        if kind == "heading":
            if not written:
                yield _heading_alone(path)
            path = {depth: title for depth, title in path.items() if depth < level}
            path[level] = content
            written = False
        else:
            written = True
            yield Block(content, Place(headings=tuple(path.values())))
    if not written:
        yield _heading_alone(path)


def _without_comments(text: str) -> str:
    kept, position = [], 0
    while (start := text.find("<!--", position)) >= 0:
        end = text.find("-->", start)
        if end < 0:  # an expression would look for the end again from every beginning
            break
        kept.append(text[position:start])
        position = end + len("-->")
    return "".join([*kept, text[position:]])


def _heading_alone(path: dict[int, str]) -> Block:
    titles = tuple(path.values())
    return Block(titles[-1], Place(headings=titles))


def _parts(lines: list[str]) -> Iterator[tuple[str, int, str]]:
    """(kind, level, text) of each heading and each block between blank lines."""
    block: list[str] = []
    fence: str | None = None
    for line in lines:
        mark = _FENCE.match(line)
        if fence is not None:
            block.append(line)
            if mark and mark[1].startswith(fence):
                fence = None
            continue
        if mark:
            fence = mark[1]
            block.append(line)
            continue
        heading = _HEADING.match(line)
        if heading is None and _UNDERLINE.match(line) and len(block) == 1:
            yield "heading", 1 if "=" in line else 2, block.pop().strip()
            continue
        if heading or not line.strip():
            if block:
                yield "text", 0, "\n".join(block)
                block = []
            if heading:
                yield "heading", len(heading[1]), heading[2].strip()
            continue
        block.append(line)
    if block:
        yield "text", 0, "\n".join(block)
