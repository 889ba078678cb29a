"""What a family of counters or histograms is, and how a series of it is written.

All values are whole numbers, so that their sum is exact: no counter falls by a rounding error.
"""

import re
from dataclasses import dataclass

SERIES_MAX = 500
"""Series of one environment; what would be one more is counted as dropped."""

SEPARATOR, SUM, INFINITY = "|", "sum", "+Inf"
MICRO = 1_000_000
"""A sum of observations is stored in millionths."""

LABEL_VALUE = re.compile(r"[a-zA-Z0-9_.-]{1,64}")
OTHER = "other"
"""What a label value becomes that is not a plain word."""

Series = str
"""The name, the label values and, of a histogram, the bucket's bound or ``sum``."""


# By identity: a family is a constant, and each count looks one up.
@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """A counter, or a histogram where it has ``buckets``: the upper bounds, in ascending order.

    The values of ``labels`` come from the code, never from a request: operations, queues, states.
    """

    name: str
    documentation: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    known: tuple[str, ...] = ()
    """Values of the one label of a counter that are shown as 0 before they are counted: the first
    count of a series that was not there is no increase to Prometheus."""

    @property
    def parts(self) -> tuple[str, ...]:
        """What each set of labels of a histogram consists of; one empty part of a counter."""
        if not self.buckets:
            return ("",)
        return (*(f"{bound:g}" for bound in self.buckets), INFINITY, SUM)

    def series(self, labels: tuple[str, ...], part: str) -> Series:
        """Return the text of one series, under which its value is stored."""
        return SEPARATOR.join((self.name, *labels, part) if part else (self.name, *labels))

    def take_apart(self, series: Series) -> tuple[tuple[str, ...], str] | None:
        """Return labels and part of a stored series; None where the family had others then."""
        _, *rest = series.split(SEPARATOR)
        part = rest.pop() if self.buckets and rest else ""
        if len(rest) != len(self.labels) or part not in self.parts:
            return None
        return tuple(rest), part


def clean(label: str) -> str:
    """Return the value of a label as it is stored."""
    return label if LABEL_VALUE.fullmatch(label) else OTHER
