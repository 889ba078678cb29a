"""The port of renderers: from what an invoice shows to a file."""

from dataclasses import dataclass
from typing import Protocol

from mara.billing.model.document_view import DocumentView


@dataclass(frozen=True, slots=True)
class RenderedDocument:
    """A file; ``policy`` is the Content-Security-Policy under which a browser shows it."""

    content: bytes
    media_type: str
    policy: str


class DocumentRenderer(Protocol):
    """Makes a file of a document; the same document gives the same bytes."""

    def render(self, view: DocumentView) -> RenderedDocument:
        """The file, with every text of the view."""
