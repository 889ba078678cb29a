"""The fit of the confidence, on data whose curve is known."""

import random

import numpy as np
import pytest

from infra.quality.logistic import area_under_roc, calibration_error, fit

SLOPE, INTERCEPT = 2.0, -1.0


def drawn(count: int) -> tuple[list[list[float]], list[bool], list[float]]:
    """Values with labels drawn by the curve, and the true probability of each."""
    source = random.Random(7)
    values = [[source.uniform(-3, 3)] for _ in range(count)]
    chances = [1 / (1 + np.exp(-(INTERCEPT + SLOPE * value))) for (value,) in values]
    return values, [source.random() < chance for chance in chances], chances


def test_fit_finds_the_curve_that_the_labels_were_drawn_by() -> None:
    values, labels, _ = drawn(5000)
    found = fit(values, labels, [1.0] * len(labels))
    assert found == pytest.approx([SLOPE, INTERCEPT], abs=0.2)


def test_fit_heeds_weights() -> None:
    values, labels, _ = drawn(500)
    doubled = fit([*values, *values[:100]], [*labels, *labels[:100]], [1.0] * 600)
    weighted = fit(values, labels, [2.0] * 100 + [1.0] * 400)
    assert weighted == pytest.approx(doubled, rel=0.01)


def test_area_is_the_share_of_pairs_in_order() -> None:
    assert area_under_roc(np.array([0.9, 0.5]), np.array([0.5, 0.1])) == pytest.approx(0.875)


def test_calibration_error_tells_probabilities_from_doubtful_ones() -> None:
    _, labels, chances = drawn(5000)
    p, y = np.array(chances), np.array(labels, dtype=float)
    assert calibration_error(p, y) < 0.02
    assert calibration_error(p**0.25, y) > 0.15
