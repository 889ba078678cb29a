"""Fits the confidence and prints what it achieves: `python -m infra.quality FOLDER_OF_TEST_DATA`.

Each set is measured with the coefficients of a fit without it; the coefficients of all sets follow,
which `mara.agents.model.confidence` holds. Only questions count that no name and no code decides.
"""

import os
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from infra.quality.logistic import area_under_roc, calibration_error, fit
from infra.quality.observations import Observation, observe
from infra.quality.sets import paragraphs, read_alerts, runbooks
from mara.agents.model.confidence import ANSWER_AT
from mara.agents.model.language import is_russian
from mara.wiring.search import configured_embedder

FOREIGN_SAMPLE, SEED = 60, 1


def features(seen: Observation) -> list[float]:
    """What the curve of one script reads; the last shifts its intercept for Russian."""
    found = seen.evidence
    russian = float(is_russian(seen.question))
    return [found.ranking, found.coverage, found.semantic_coverage, russian]


def foreign_features(seen: Observation) -> list[float]:
    """What the curve of two scripts reads."""
    return [seen.evidence.ranking, seen.evidence.semantic_coverage]


def fit_sets(sets: Sequence[Sequence[Observation]], read: Any) -> Any:
    """Fit right answers against negative twins, each set and each side with equal weight."""
    rows, labels, weights = [], [], []
    for seen in sets:
        for label, side in ((True, [o for o in seen if o.right]), (False, _absent(seen))):
            rows += [read(each) for each in side]
            labels += [label] * len(side)
            weights += [1 / len(side)] * len(side)
    return fit(rows, labels, weights)


def report(name: str, seen: Sequence[Observation], curve: Any, read: Any) -> None:
    """Print a line of the table: shares of all questions, at the threshold."""
    import numpy as np

    present = [each for each in seen if each.present]
    there, gone = (
        1 / (1 + np.exp(-np.array([[*read(o), 1.0] for o in side]) @ curve))
        for side in (present, _absent(seen))
    )
    right = np.array([each.right for each in present])
    both = np.concatenate([there, gone])
    labels = np.concatenate([right, np.zeros(len(gone))])
    print(
        f"{name:16} {len(present):4} right {np.mean((there >= ANSWER_AT) & right):.3f} "
        f"wrong {np.mean((there >= ANSWER_AT) & ~right):.3f} "
        f"without {np.mean(gone >= ANSWER_AT):.3f} AUC {area_under_roc(there[right], gone):.3f} "
        f"calibration {calibration_error(both, labels):.3f}"
    )


def _absent(seen: Sequence[Observation]) -> list[Observation]:
    return [each for each in seen if not each.present]


def main(folder: Path) -> None:
    """Observe all sets, and print the tables and the coefficients."""
    embedder = configured_embedder()
    alerts = list(read_alerts(folder / "alerts-foreign"))
    foreign = random.Random(SEED).sample(alerts, FOREIGN_SAMPLE)
    chosen = [runbooks(folder / name, embedder) for name in ("runbooks-dev", "runbooks-gitlab")]
    chosen += [paragraphs(folder / "xquad", each, each, embedder) for each in ("en", "ru")]
    mixed = paragraphs(folder / "xquad", "ru", "en", embedder)
    sets: dict[str, list[Observation]] = {}
    for one in (*chosen, mixed):
        found = observe(one, embedder, foreign if one.alerts else ())
        sets[one.name] = [each for each in found if not each.evidence.is_decided]
    other = sets.pop(mixed.name)
    for name, seen in sets.items():
        curve = fit_sets([kept for left, kept in sets.items() if left != name], features)
        report(name, seen, curve, features)
    across = fit_sets([other], foreign_features)
    report(f"{mixed.name} (fit)", other, across, foreign_features)
    print(
        "ranking, coverage, meaning, Russian, intercept:",
        fit_sets(list(sets.values()), features).round(2),
    )
    print("across scripts: ranking, meaning, intercept:", across.round(2))


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    main(Path(sys.argv[1]))
