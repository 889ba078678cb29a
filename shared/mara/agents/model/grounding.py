"""Keeps the sentences of a model's answer that their passages support, and names those passages.

The model puts the numbers of the passages behind each sentence, such as ``[1]`` or ``[2, 3]``. A
sentence rests on those of them that have a verified citation; without a number, on the one cited
passage that shares most words with it. It is kept if these passages contain its numbers, names,
codes, links and addresses (``mara.kernel.specifics``); it is never repaired.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from mara.agents.model import Citation
from mara.kernel.plain_text import plain
from mara.kernel.source_text import WORD, SourceText
from mara.kernel.specifics import missing_in
from mara.search.model import Hit

_PASSAGE = r"(?:passages?|sources?|фрагмент\w*|отрыв\w*|источник\w*)"
_NUMBERS = r"\d{1,3}(?:\s*[,;]\s*\d{1,3})*"
MARK = re.compile(
    rf"\s*(?:[\[【]\s*(?:{_PASSAGE}\s*)?({_NUMBERS})\s*[\]】]"
    rf"|\(\s*(?:see\s+|см\.\s*)?{_PASSAGE}\s*({_NUMBERS})\s*\))",
    re.IGNORECASE,
)
"""The numbers of passages in brackets."""
_MARKS_AFTER_END = re.compile(rf"([.!?…][\"»”]?)((?:{MARK.pattern})+)", re.IGNORECASE)
_ABBREVIATIONS = r"(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bт\.е\.)(?<!\bт\.к\.)(?<!\bсм\.)(?<!\bvs\.)"
_SENTENCE_END = re.compile(rf"(?<=[.!?…]){_ABBREVIATIONS}\s+(?=[^a-zа-яё])")
SENTENCE_CHARACTERS_MAX = 1000
"""A longer sentence is dropped; it also bounds the time of the comparisons."""
_SHARED_LETTERS_MIN = 4
"""A shorter word, such as "the", occurs in every passage."""


@dataclass(frozen=True, slots=True)
class Grounded:
    """The sentences that are kept, each with the numbers of its ``citations``, from 1."""

    text: str
    citations: Sequence[Citation]


@dataclass(frozen=True, slots=True)
class _Sentence:
    """``passages`` are the passages that it rests on, in the order of their numbers."""

    text: str
    passages: Sequence[UUID]


def ground(written: str, citations: Sequence[Citation], passages: Sequence[Hit]) -> Grounded:
    """Return what remains of the answer ``written``, an empty text if nothing does.

    ``citations`` are verified; ``passages`` are numbered from 1 in ``written``.
    """
    cited = {citation.chunk_id for citation in citations}
    sources = _Sources([hit for hit in passages if hit.chunk.id in cited], passages)
    lines = [
        [found for text in _sentences(line) if (found := sources.support(text)) is not None]
        for line in plain(written, of=sources.text).splitlines()
    ]
    rests_on = {chunk_id for line in lines for found in line for chunk_id in found.passages}
    named = [citation for citation in citations if citation.chunk_id in rests_on]
    numbers: dict[UUID, int] = {}
    for number, citation in enumerate(named, start=1):
        numbers.setdefault(citation.chunk_id, number)
    shown = (" ".join(_marked(found, numbers) for found in line) for line in lines if line)
    return Grounded("\n".join(shown), named)


class _Sources:
    """The passages that a sentence may rest on: those with a verified citation."""

    def __init__(self, cited: Sequence[Hit], passages: Sequence[Hit]) -> None:
        self._texts = {
            hit.chunk.id: "\n".join([*hit.chunk.place.headings, hit.chunk.text]) for hit in cited
        }
        self._each = {chunk_id: SourceText.of(text) for chunk_id, text in self._texts.items()}
        self._numbered = [hit.chunk.id for hit in passages]
        self.text = "\n".join(self._texts.values())

    def support(self, sentence: str) -> _Sentence | None:
        """Return the sentence with its passages; ``None`` if they do not support it."""
        text, numbers = self._without_marks(sentence)
        if not any(map(str.isalnum, text)) or len(text) > SENTENCE_CHARACTERS_MAX:
            return None
        if numbers:
            passages = [self._numbered[number - 1] for number in sorted(set(numbers))]
            named = [chunk_id for chunk_id in passages if chunk_id in self._texts]
            choices = [named] if named else []
        else:
            choices = [[chunk_id] for chunk_id in self._nearest(text)]
        for choice in choices:
            if not missing_in(self._joined(choice), text):
                return _Sentence(text, choice)
        return None

    def _without_marks(self, sentence: str) -> tuple[str, list[int]]:
        """Return the sentence without the numbers of passages, and those numbers.

        Brackets with any other number are text.
        """
        numbers: list[int] = []

        def take(mark: re.Match[str]) -> str:
            found = [int(number) for number in re.findall(r"\d+", mark.group())]
            if not all(1 <= number <= len(self._numbered) for number in found):
                return mark.group()
            numbers.extend(found)
            return ""

        return MARK.sub(take, sentence).strip(), numbers

    def _nearest(self, text: str) -> list[UUID]:
        """Return the passages that share most words with the text, usually one.

        Of several that share none, all are returned if the text has nothing to compare.
        """
        words = {word for word in WORD.findall(text) if len(word) >= _SHARED_LETTERS_MIN}
        shared = {
            chunk_id: sum(source.has_word(word) for word in words)
            for chunk_id, source in self._each.items()
        }
        most = max(shared.values())
        if most == 0 and len(shared) > 1 and missing_in(SourceText.of(), text):
            return []
        return [chunk_id for chunk_id in shared if shared[chunk_id] == most]

    def _joined(self, named: Sequence[UUID]) -> SourceText:
        if len(named) == 1:
            return self._each[named[0]]
        return SourceText.of(*(self._texts[chunk_id] for chunk_id in named))


def _sentences(line: str) -> Iterator[str]:
    # "It is full. [1] Delete images." The number belongs to the sentence before it.
    moved = _MARKS_AFTER_END.sub(lambda found: f" {found.group(2).strip()}{found.group(1)} ", line)
    return (sentence.strip() for sentence in _SENTENCE_END.split(moved) if sentence.strip())


def _marked(sentence: _Sentence, numbers: dict[UUID, int]) -> str:
    marks = sorted(numbers[chunk_id] for chunk_id in sentence.passages)
    return sentence.text + " " + "".join(f"[{number}]" for number in marks)
