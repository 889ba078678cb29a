"""Texts as Telegram keeps them: cleaned, trimmed, with entities in UTF-16 units.

The rules are those of td/telegram/MessageEntity.cpp (``fix_formatted_text``,
``clean_input_string_with_entities``) and of https://core.telegram.org/bots/api#sendmessage.
"""

import re
from collections.abc import Iterator
from typing import Final

from infra.local.simulators.telegram.errors import ApiError, bad_request
from infra.local.simulators.telegram.model import Json

TEXT_MAX: Final = 4096
CAPTION_MAX: Final = 1024
"""UTF-16 units here. Telegram counts characters, so what fits here fits there."""
ENTITIES_MAX: Final = 100
"""Further entities are ignored (https://core.telegram.org/api/entities)."""
CONTROL: Final = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f\u2028-\u202e]")
FORMATS: Final = frozenset(
    {
        *("bold", "italic", "underline", "strikethrough", "spoiler", "blockquote", "code", "pre"),
        *("expandable_blockquote", "text_link", "text_mention", "custom_emoji"),
    }
)
FOUND: Final = frozenset(
    {
        *("mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"),
        "bank_card_number",
    }
)
"""Entities that the server finds by itself; those of a request are dropped."""
PATTERNS: Final = {
    "bot_command": re.compile(r"(?<![\w/<>])/\w{1,64}(?:@\w{3,32})?(?![\w/@])"),
    "mention": re.compile(r"(?<![\w/])@[A-Za-z]\w{2,31}(?!\w)"),
    "hashtag": re.compile(r"(?<![\w#])#\w*[^\W\d]\w*"),
    "url": re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)]"),
    "email": re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
}


def units(text: str) -> int:
    """The length of a text in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def formatted(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """The text and the entities that a message keeps. Raises ApiError.

    The text may be empty afterwards; what is too long is the caller's to say.
    """
    kept = [_checked(text, entity) for entity in entities[:ENTITIES_MAX]]
    _check_nesting(text, kept)
    cleaned = CONTROL.sub(" ", text)
    return trimmed(cleaned, [entity for entity in kept if entity["type"] in FORMATS])


def trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """The text without spaces and line breaks around it, with all entities of what is left."""
    cut = units(text) - units(text.lstrip(" \n"))
    shown = text.strip(" \n")
    length = units(shown)
    moved = []
    for entity in entities:
        start = max(entity["offset"] - cut, 0)
        end = min(entity["offset"] + entity["length"] - cut, length)
        if start < end:
            moved.append(entity | {"offset": start, "length": end - start})
    return shown, sorted([*moved, *found(shown, moved)], key=_position)


def found(text: str, known: list[Json]) -> Iterator[Json]:
    """The entities that the server finds in a text, outside of code and links."""
    taken = [entity for entity in known if entity["type"] in {"code", "pre", "text_link"}]
    for kind, pattern in PATTERNS.items():
        for match in pattern.finditer(text):
            entity = {"type": kind, "offset": units(text[: match.start()])}
            entity["length"] = units(match.group())
            if not any(_overlap(entity, other) for other in taken):
                taken.append(entity)
                yield entity


def part(text: str, entity: Json) -> str:
    """The part of the text that an entity covers."""
    start, end = 2 * entity["offset"], 2 * (entity["offset"] + entity["length"])
    return text.encode("utf-16-le", "surrogatepass")[start:end].decode("utf-16-le", "surrogatepass")


def _checked(text: str, entity: Json) -> Json:
    kind, offset, length = (entity.get(name) for name in ("type", "offset", "length"))
    if kind not in FORMATS | FOUND:
        raise bad_request("can't parse MessageEntity: Unsupported type specified")
    if not isinstance(offset, int) or not isinstance(length, int):
        raise bad_request("can't parse MessageEntity: Field must be a valid Number")
    if offset < 0 or length < 0:
        raise bad_request("receive an entity with incorrect offset or length")
    encoded = text.encode("utf-16-le", "surrogatepass")
    if offset + length > len(encoded) // 2:
        raise _ends_late(offset, offset + length)
    for place, word in ((offset, "begins"), (offset + length, "ends")):
        if b"\xdc" <= encoded[2 * place + 1 : 2 * place + 2] <= b"\xdf":
            where = f"in a middle of a UTF-16 symbol at byte offset {place}"
            raise bad_request(f"entity {word} {where}")
    return dict(entity)


def _check_nesting(text: str, entities: list[Json]) -> None:
    """Refuse entities that overlap without one of them inside the other."""
    open_ends = [units(text)]
    for entity in sorted(entities, key=_position):
        end = entity["offset"] + entity["length"]
        while open_ends[-1] <= entity["offset"] and len(open_ends) > 1:
            open_ends.pop()
        if end > open_ends[-1]:
            raise _ends_late(entity["offset"], end)
        open_ends.append(end)


def _ends_late(start: int, end: int) -> ApiError:
    return bad_request(
        f"entity beginning at UTF-16 offset {start} ends after the end of the text at UTF-16"
        f" offset {end}"
    )


def _position(entity: Json) -> tuple[int, int]:
    return entity["offset"], -entity["length"]


def _overlap(one: Json, other: Json) -> bool:
    start = max(one["offset"], other["offset"])
    return bool(start < min(one["offset"] + one["length"], other["offset"] + other["length"]))
