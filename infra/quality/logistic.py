"""Logistic regression by Newton's method, and what is measured of its probabilities."""

from collections.abc import Sequence
from typing import Any

STEPS = 30
RIDGE = 1e-3
BINS = 10


def fit(rows: Sequence[Sequence[float]], labels: Sequence[bool], weights: Sequence[float]) -> Any:
    """The coefficients, the intercept last; with a small L2 penalty on all but the intercept."""
    import numpy as np

    a = np.hstack([np.array(rows), np.ones((len(rows), 1))])
    y, w = np.array(labels, dtype=float), np.array(weights) / np.mean(weights)
    penalty = RIDGE * len(y) * np.diag([1.0] * (a.shape[1] - 1) + [0.0])
    found = np.zeros(a.shape[1])
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-a @ found))
        hessian = (a * (w * p * (1 - p))[:, None]).T @ a + penalty
        found += np.linalg.solve(hessian, a.T @ (w * (y - p)) - penalty @ found)
    return found


def area_under_roc(positive: Any, negative: Any) -> float:
    """How often a positive is above a negative; equals count half."""
    above = (positive[:, None] > negative[None, :]).mean()
    equal = (positive[:, None] == negative[None, :]).mean()
    return float(above + equal / 2)


def calibration_error(probabilities: Any, labels: Any) -> float:
    """The mean distance of probability and share of rights in ten bins, weighted by their size."""
    import numpy as np

    bins = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    return float(
        sum(
            (bins == n).mean() * abs(probabilities[bins == n].mean() - labels[bins == n].mean())
            for n in set(bins.tolist())
        )
    )
