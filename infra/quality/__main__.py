"""Fits the confidence and prints what it achieves: `python -m infra.quality FOLDER_OF_TEST_DATA`.

Each set is measured with the coefficients of a fit without it; the coefficients of all sets follow,
which `mara.agents.model.confidence` holds. The threshold is the lowest at which few questions of
XQuAD's even paragraphs are answered falsely where half of all paragraphs are missing; those of its
odd paragraphs are in no fit and choose nothing, nor are its articles, each a knowledge base of its
own. The penalty of a question about an identifier that no title has is the lowest at which few
alerts are answered from a sibling of their missing runbook.
"""

import os
import random
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from infra.quality.fitting import Curve, features, fit_sets, foreign_features
from infra.quality.logistic import area_under_roc, calibration_error
from infra.quality.observations import Kind, Observation, Observer
from infra.quality.sets import articles, paragraphs, read_alerts, runbooks
from mara.wiring.search import configured_embedder

RUNBOOKS = ("runbooks-dev", "runbooks-gitlab")
FOREIGN_SAMPLE, SEED = 60, 1
FALSE_ANSWERS_MAX = 0.1
"""Of the questions of XQuAD whose paragraph is missing."""
SIBLINGS_MAX = 0.12
"""Of the alerts of UNTITLED whose runbook is missing, answered from another one."""
UNTITLED = "runbooks-gitlab"
"""Its titles do not repeat the names of alerts."""

Sets = dict[str, Sequence[Observation]]


def observe_alerts(folder: Path, embedder: Any) -> Sets:
    """The alerts of both sets of runbooks, also asked of the other set."""
    foreign = random.Random(SEED).sample(
        list(read_alerts(folder / "alerts-foreign")), FOREIGN_SAMPLE
    )
    chosen = {name: runbooks(folder / name, embedder) for name in RUNBOOKS}
    return {
        name: list(
            Observer(one, embedder).alerts(
                [each for other in RUNBOOKS if other != name for each in chosen[other].alerts],
                foreign,
            )
        )
        for name, one in chosen.items()
    }


def observe_questions(folder: Path, embedder: Any, asked: str, written: str) -> Sequence[Any]:
    """The questions of even paragraphs of XQuAD with and without theirs; then, with half of all
    paragraphs missing, those of even paragraphs, and those of odd ones.
    """
    even = paragraphs(folder / "xquad", asked, written, embedder)
    whole = Observer(paragraphs(folder / "xquad", asked, written, embedder, every=1), embedder)
    return list(Observer(even, embedder).questions()), list(whole.halves(0)), list(whole.halves(1))


def observe_articles(folder: Path, embedder: Any, language: str) -> Sequence[Observation]:
    """The questions of each article of XQuAD, asked of this one alone: a small knowledge base."""
    return [
        seen
        for each in articles(folder / "xquad", language, embedder)
        for seen in Observer(each, embedder).questions()
    ]


def threshold(halves: Sequence[Sequence[Observation]], curve: Curve) -> float:
    """The lowest multiple of 0.01 at which at most FALSE_ANSWERS_MAX are answered, in each set."""
    missing = [curve.probabilities(_of(seen, Kind.LEFT_OUT)) for seen in halves]
    return next(
        at / 100
        for at in range(1, 100)
        if all((found >= at / 100).mean() <= FALSE_ANSWERS_MAX for found in missing)
    )


def with_penalty(curve: Curve, untitled: Sequence[Observation], at: float) -> Curve:
    """The curve with the lowest multiple of 0.1 at which few alerts get a sibling's runbook."""
    gone = [each for each in _of(untitled, Kind.LEFT_OUT) if each.form == "line"]
    curves = (replace(curve, identifier_penalty=n / 10) for n in range(100))
    return next(c for c in curves if (c.probabilities(gone) >= at).mean() <= SIBLINGS_MAX)


def _of(seen: Sequence[Observation], kind: Kind) -> Sequence[Observation]:
    return [each for each in seen if each.kind is kind]


def report(name: str, seen: Sequence[Observation], curve: Curve, at: float) -> None:
    """Print a line of the table: shares of all questions of a kind, at the threshold."""
    import numpy as np

    found = {kind: curve.probabilities(kept) for kind in Kind if (kept := _of(seen, kind))}
    there, gone = found[Kind.PRESENT], found[Kind.LEFT_OUT]
    right = np.array([each.right for each in _of(seen, Kind.PRESENT)])
    labels = np.concatenate([right, np.zeros(len(gone))])
    negatives = " ".join(
        f"{kind} {np.mean(found[kind] >= at):.3f}" for kind in list(Kind)[1:] if kind in found
    )
    print(
        f"{name:25} {len(there):4} right {np.mean((there >= at) & right):.3f} "
        f"wrong {np.mean((there >= at) & ~right):.3f} {negatives} "
        f"AUC {area_under_roc(there[right], gone):.3f} "
        f"calibration {calibration_error(np.concatenate([there, gone]), labels):.3f}"
    )


def report_forms(name: str, seen: Sequence[Observation], curve: Curve, at: float) -> None:
    """Print a line for each form in which the questions were asked."""
    for form in dict.fromkeys(each.form for each in seen):
        report(f"{name} {form}", [each for each in seen if each.form == form], curve, at)


def main(folder: Path) -> None:
    """Observe all sets, and print the tables, the threshold and the coefficients."""
    embedder = configured_embedder()
    sets = observe_alerts(folder, embedder)
    even, odd = Sets(), Sets()
    for language in ("en", "ru"):
        name = f"xquad-{language}"
        sets[name], even[name], odd[name] = observe_questions(folder, embedder, language, language)
    across, _, across_odd = observe_questions(folder, embedder, "ru", "en")
    curve, foreign = fit_sets(sets.values(), features), fit_sets([across], foreign_features)
    at = threshold(list(even.values()), curve)
    curve = with_penalty(curve, sets[UNTITLED], at)
    for name, seen in sets.items():
        others = fit_sets([kept for other, kept in sets.items() if other != name], features)
        others = replace(others, identifier_penalty=curve.identifier_penalty)
        report_forms(name, seen, others, at)
    print("With the coefficients of all sets; then half of the paragraphs missing:")
    report_forms(UNTITLED, sets[UNTITLED], curve, at)
    for name in odd:
        report(f"{name} even, half", even[name], curve, at)
        report(f"{name} odd, half", odd[name], curve, at)
    for language in ("en", "ru"):
        seen = observe_articles(folder, embedder, language)
        report(f"xquad-{language} articles, titled", seen, curve, at)
    report("xquad-ru-en odd, half", across_odd, foreign, at)
    print("ranking, coverage, title, Russian, intercept:", curve.coefficients.round(2))
    print("across scripts: ranking, coverage, intercept:", foreign.coefficients.round(2))
    print("threshold:", at, "penalty of an identifier:", curve.identifier_penalty)


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    main(Path(sys.argv[1]))
