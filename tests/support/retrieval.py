"""Questions with known answers, and how well a ranking finds them."""

import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from infra.quality.forms import FORMS, Alert
from infra.quality.sets import read_alerts
from mara.search.model import Hit
from tests.support.knowledge import data_folder, learn

RANKS = 10


@dataclass(frozen=True)
class Question:
    """``paragraph`` is the number of the paragraph that contains the answer."""

    text: str
    paragraph: int


def xquad(language: str) -> tuple[list[str], list[Question]]:
    """Paragraphs and questions; numbered alike in every language."""
    path = data_folder("xquad") / f"xquad.{language}.dev.json"
    found: list[str] = []
    questions = []
    for article in json.loads(path.read_text("utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            questions += [Question(asked["question"], len(found)) for asked in paragraph["qas"]]
            found.append(paragraph["context"].strip("\ufeff"))
    return found, questions


def learn_paragraphs(
    owner_id: UUID, paragraphs: Sequence[str], *, chosen: Callable[[int], bool] = lambda _: True
) -> None:
    """Index one document per chosen paragraph, named by its number."""
    for number, text in enumerate(paragraphs):
        if chosen(number):
            learn(owner_id, f"{number}.txt", [text])


def paragraph_of(hit: Hit) -> int:
    return int(hit.filename.removesuffix(".txt"))


def rank_in(found: Sequence[object], wanted: object) -> int | None:
    """The rank from 1 among the distinct items; None if it is not found."""
    distinct = list(dict.fromkeys(found))
    return distinct.index(wanted) + 1 if wanted in distinct else None


def ndcg(ranks: Sequence[int | None]) -> float:
    """nDCG@10 with one relevant document per question.

    Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques" (2002).
    """
    gains = [1 / math.log2(1 + rank) for rank in ranks if rank is not None and rank <= RANKS]
    return sum(gains) / len(ranks)


def area_under_roc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """How often a positive scores above a negative; equals count half."""
    scored = sorted([(s, True) for s in positive] + [(s, False) for s in negative])
    by_score: dict[float, list[bool]] = {}
    for score, is_positive in scored:
        by_score.setdefault(score, []).append(is_positive)
    below = wins = 0.0
    for labels in by_score.values():
        positives, negatives = sum(labels), len(labels) - sum(labels)
        wins += positives * (below + negatives / 2)
        below += negatives
    return wins / (len(positive) * len(negative))


def alerts(folder: Path) -> list[Alert]:
    """The alerts of a folder; ``runbook`` is the name of the file without its ending."""
    return [
        replace(alert, runbook=Path(alert.runbook).stem)
        for alert in read_alerts(folder)
        if alert.runbook is not None
    ]


def masked_lines(alert: Alert) -> str:
    """Summary and description, each on a line, with the alert's name nowhere in them."""
    said = re.sub(re.escape(alert.name), "", FORMS["lines"](alert), flags=re.IGNORECASE)
    return "\n".join(line for line in said.splitlines() if line.strip())


def runbook_names(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("runbooks/**/*.md")}


def runbook_of(hit: Hit, names: set[str]) -> str | None:
    """The runbook of a hit: by file name, by heading, or by the first runbook named in its text."""
    for name in (hit.filename.removesuffix(".md"), *hit.chunk.place.headings):
        if name in names:
            return name
    return next((word for word in re.findall(r"\w+", hit.chunk.text) if word in names), None)
