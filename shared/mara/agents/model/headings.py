"""What a heading says about its section: a part of a topic, what to do, or a step.

"Mitigation" is a part of the topic that the headings above it name. "Hiring procedure" is a topic
of its own: only a heading without words of its own subject belongs to the topic above it.
"""

import re
from collections.abc import Iterable

_WORD = re.compile(r"[^\W\d_]+")
_CONNECTIVES = re.compile(
    r"a|an|the|and|or|to|of|for|if|in|on|it|this|is|how|what|possible|recommended|suggested"
    r"|immediate|initial|first|next|further|common"
    r"|и|или|к|по|для|при|если|как|что|это|возможн\w+|рекомендуем\w+|немедленн\w+|перв\w+"
    r"|дальнейш\w+|необходим\w+"
)
_REMEDIES = re.compile(
    r"mitigat\w+|diagnos\w+|debug\w*|investigat\w+|resol(?:v\w+|ution\w*)|remed\w+"
    r"|troubleshoot\w*|fix(?:es|ing)?|solutions?|recover(?:y|ing)?|procedures?|steps?|actions?|do"
    r"|workarounds?|repair\w*|restor\w+|rollback|response|instructions?|verification|escalation"
    r"|устран\w+|диагност\w+|решени\w+|решить|действи\w+|действовать|делать|исправ\w+"
    r"|восстанов\w+|порядок|шаг\w*|инструкци\w+|проверка|проверить|эскалаци\w+|реагировани\w+"
    r"|рекомендации|меры"
)
_PARTS = re.compile(
    r"mean(?:s|ing)?|why|happen\w*|does|impact|overview|summary|description|symptoms?|causes?|reasons?|context|full"
    r"|background|details?|additional|information|notes?|severity|consequences?|alert|introduction"
    r"|значит|означает|происходит|почему|случилось|смысл|значение|описание|влияние|последстви\w+|симптом\w*|признак\w*|причин\w*|контекст"
    r"|обзор|сводка|примечани\w+|подробност\w+|дополнительн\w+|сведения|введение"
)
_STEP = re.compile(r"(?:step|stage|phase|шаг|этап|стадия)\s*(?:№\s*)?\d", re.IGNORECASE)


def is_part(heading: str) -> bool:
    """Whether the heading names a part of the topic above it, such as "Impact" or "Что делать"."""
    return _consists_of(heading, (_PARTS, _REMEDIES))


def is_remedy(heading: str, topic: Iterable[str] = ()) -> bool:
    """Whether the section tells what to do about the ``topic``, the headings above it.

    The heading may repeat words of the topic, as "Fixing DiskFull" under "DiskFull".
    """
    known = {word for title in topic for word in _words(title)}
    return _consists_of(heading, (_REMEDIES,), known, also=_PARTS)


def is_step(heading: str) -> bool:
    """Whether the heading is that of a numbered step, such as "Step 2" or "Шаг 2"."""
    return _STEP.match(heading.strip()) is not None


def chapter_of(path: tuple[str, ...]) -> tuple[str, ...]:
    """Return the headings of the topic that a section belongs to.

    These are the headings above its parts; the path itself if the section is no part of a topic. A
    document whose outermost headings are parts is one topic, whose path is empty.
    """
    parts = [depth for depth, heading in enumerate(path) if depth and is_part(heading)]
    if not parts:
        return () if path and is_part(path[0]) else path
    depth = parts[-1]
    while depth > 1 and is_part(path[depth - 1]):
        depth -= 1
    return path[:depth]


def _consists_of(
    heading: str,
    wanted: tuple[re.Pattern[str], ...],
    known: Iterable[str] = (),
    also: re.Pattern[str] | None = None,
) -> bool:
    words = _words(heading)
    if not any(pattern.fullmatch(word) for word in words for pattern in wanted):
        return False
    allowed = [*wanted, _CONNECTIVES, *([also] if also else [])]
    return all(
        word in known or any(pattern.fullmatch(word) for pattern in allowed) for word in words
    )


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]
