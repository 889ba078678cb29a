"""Fits the curves of `mara.agents.model.confidence` to observations."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from infra.quality.forms import MASKED
from infra.quality.logistic import fit
from infra.quality.observations import QUESTION, Kind, Observation
from mara.agents.model.confidence import confidence_of
from mara.agents.model.language import is_russian

FITTED_FORMS = (MASKED, "line", "ru", "name", QUESTION)
"""The other forms repeat these."""

Features = Callable[[Observation], list[float]]


def features(seen: Observation) -> list[float]:
    """What the curve of one script reads; the last shifts its intercept for a Russian passage."""
    found = seen.evidence
    return [found.ranking, found.coverage, found.title, float(is_russian(seen.passage))]


def foreign_features(seen: Observation) -> list[float]:
    """What the curve of two scripts reads."""
    return [seen.evidence.ranking, seen.evidence.coverage]


@dataclass(frozen=True, slots=True)
class Curve:
    """A logistic regression over the features that ``read`` returns; the intercept is last."""

    read: Features
    coefficients: Any
    identifier_penalty: float = 0.0
    """Subtracted from the log odds of a question about an identifier that no title has."""

    def probabilities(self, seen: Sequence[Observation]) -> Any:
        """The confidence in each first hit: by its name or code, or else by the curve."""
        import numpy as np

        log_odds = np.array([[*self.read(each), 1.0] for each in seen]) @ self.coefficients
        about = np.array([each.evidence.about_identifier for each in seen])
        found = 1 / (1 + np.exp(self.identifier_penalty * about - log_odds))
        return np.array(
            [
                confidence_of(each.evidence, each.question, each.passage)
                if each.evidence.is_decided
                else probability
                for each, probability in zip(seen, found, strict=True)
            ]
        )


def fit_sets(sets: Iterable[Sequence[Observation]], read: Features) -> Curve:
    """Fit the probability that the first hit is right, where no name and no code decides.

    Each set counts alike, and so do the questions with and without the document in it; the kinds of
    negatives share the weight of theirs.
    """
    rows, labels, weights = [], [], []
    for seen in sets:
        kept = [o for o in seen if o.form in FITTED_FORMS and not o.evidence.is_decided]
        of_kind = {kind: [o for o in kept if o.kind is kind] for kind in Kind}
        there = {kind: found for kind, found in of_kind.items() if found}
        for kind, found in there.items():
            share = 1.0 if kind is Kind.PRESENT else 1 / (len(there) - 1)
            rows += [read(each) for each in found]
            labels += [each.right for each in found]
            weights += [share / len(found)] * len(found)
    return Curve(read, fit(rows, labels, weights))
