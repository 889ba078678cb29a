"""Masks what differs between two alerts about one thing: numbers, times, addresses, identifiers."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Final

from mara.alerts.model.severity import SEVERITY_LABELS

MASK: Final = "#"
VALUES: Final = re.compile(
    r"""
    [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}      # UUID
  | \d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?  # date, time
  | (?<![0-9a-z:])(?=[a-f:]*\d)(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![0-9a-z:])     # IPv6
  | \d{1,3}(?:\.\d{1,3}){3}(?:/\d+)?(?::\d+)?                         # IPv4, network, port
  | (?<![0-9a-z])(?=[a-f]*\d)[0-9a-f]{8,}(?![0-9a-z])                 # hash
  | \d+(?:[.,:]\d+)*                                                  # number, version, time of day
    """,
    re.VERBOSE | re.IGNORECASE,
)
PASSING: Final = frozenset(
    {"instance", "pod", "host", "hostname", "node", "container", "uid", "pod_name", "nodename",
     "container_name", "container_id", *SEVERITY_LABELS}
)  # fmt: skip
"""Labels that say where an alert fires, or how urgent it is, not what it is."""


def masked(text: str) -> str:
    """The text with its values masked, in lower case, with single spaces."""
    return " ".join(VALUES.sub(MASK, text).lower().split())


def fingerprint_of_text(text: str) -> str:
    """The fingerprint of an alert that has nothing but a text."""
    return digest_of([masked(text)])


def fingerprint_of_labels(labels: Mapping[str, str]) -> str:
    """The fingerprint of an alert with labels, which its sender did not give."""
    return digest_of(part for pair in sorted(labels.items()) for part in pair)


def question_key(name: str, texts: Iterable[str], labels: Mapping[str, str]) -> str:
    """Equal for alerts that have one answer: those that differ in masked values only."""
    said = [f"{key}={masked(value)}" for key, value in sorted(labels.items()) if key not in PASSING]
    return digest_of([name, *map(masked, texts), *said])


def digest_of(parts: Iterable[str]) -> str:
    """Equal for equal lists of texts: 32 hexadecimal digits."""
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode()
        # With its length, so that no two lists of parts have the same bytes.
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.hexdigest()[:32]
