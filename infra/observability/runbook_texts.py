"""MARA's runbooks as one document, from which MARA answers MARA's own alerts."""

from typing import Final

from infra.observability.alert_kind import RUNBOOKS

OWN_RUNBOOKS: Final = "mara-runbooks.md"
"""The name of the document."""


def own_runbooks() -> str:
    """Return the text of the document, whose headings name the alerts."""
    return "\n".join(path.read_text("utf-8") for path in sorted(RUNBOOKS.iterdir()))
