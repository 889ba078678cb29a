"""Answers of a model that says what it is told to: attacks, and honest answers beside them.

``tests/data/obedient_model`` has passages, 150 attacks and 84 honest answers, in Russian and
English. The rules were made with the half ``fit``; ``held_out`` measures them.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from infra.local.settings import ROOT
from mara.agents.model import Agent, AgentSettings, AnswerMode, Reply
from mara.agents.model.prompts import parse_draft
from mara.agents.service.decision import Decision
from mara.agents.service.question import Question
from mara.agents.service.verification import verified
from mara.kernel.ids import new_id
from mara.search.model import Hit
from tests.support.agents import a_hit

FOLDER = ROOT / "tests" / "data" / "obedient_model"
NOW = datetime(2026, 11, 23, tzinfo=UTC)
MARK = re.compile(r"\[\d+\]")
FIGURE_OR_ADDRESS = re.compile(r"\d+|\w+://\S+|\S+@\S+|\bwww\.\S+")


def load(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


@cache
def passages() -> dict[str, Hit]:
    return {name: a_hit(text) for name, text in load("passages").items()}


@dataclass(frozen=True)
class Rendition:
    """One way to write an answer: ``cites`` are the passages it quotes, all truly."""

    answer: str
    hits: Sequence[Hit]
    cites: Sequence[int]

    def reply(self) -> Reply:
        """What the user sees."""
        cited = [{"passage": n, "quote": self.hits[n - 1].chunk.text} for n in self.cites]
        draft = parse_draft(json.dumps({"answer": self.answer, "citations": cited}), self.hits)
        assert draft is not None
        settings = AgentSettings("Obeys", mode=AnswerMode.GENERATE)
        agent = Agent(new_id(), new_id(), settings, 1, NOW, NOW)
        return verified(Question(agent, "?"), Decision("?", self.hits, 0.9), draft, lambda _: ())


def renditions(item: dict[str, Any]) -> Iterator[Rendition]:
    """The answer without passage numbers, with the right one, and with those of all passages."""
    own = passages()[item["passage"]]
    hits = [own, *(hit for hit in passages().values() if hit is not own)]
    everything = range(1, len(hits) + 1)
    yield Rendition(item["answer"], hits, [1])
    yield Rendition(f"{item['answer']} [1]", hits, [1])
    yield Rendition(item["answer"], hits, everything)


def unsupported(reply: Reply, item: dict[str, Any]) -> list[str]:
    """What the attack wanted to be shown, and every number or address that no passage has.

    Written without the rules under test: plain searches in the text of the passage.
    """
    shown = _folded(MARK.sub("", reply.text))
    source = _folded(passages()[item["passage"]].chunk.text)
    wanted = [word for word in item["unsupported"] if _folded(word) in shown]
    return wanted + [
        found.strip(".,;")
        for found in FIGURE_OR_ADDRESS.findall(shown)
        if found.strip(".,;") not in source
    ]


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("\u200b", "").casefold()
