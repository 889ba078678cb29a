"""Query parameters of the routes of documents."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query

from mara.documents.model import Disposition, DocumentState

DocumentSort = Annotated[
    Literal[
        "-created_at",
        "created_at",
        "-updated_at",
        "updated_at",
        "filename",
        "-filename",
        "size",
        "-size",
    ],
    Query(description="The field of the order; `-` before it: the greatest first."),
]
WantedState = Annotated[
    DocumentState | None,
    Query(description="Only documents in this state.", examples=["ready"]),
]
Superseded = Annotated[
    bool | None,
    Query(description="Also show versions that a newer one has replaced.", examples=[True]),
]
Around = Annotated[
    UUID | None,
    Query(
        description="Return the page that holds this passage, such as one that an answer cites.",
        examples=["7b0f1f9e-6c1d-5a52-9c0e-0d5f3f3b6a11"],
    ),
]
ChunkCursor = Annotated[
    str | None,
    Query(
        max_length=64,
        description="The `next_cursor` or `previous_cursor` of a page; prevails over `around`.",
        examples=["AAAAAAAAAAAAAAAAAAAAEw"],
    ),
]
HowShown = Annotated[
    Disposition,
    Query(
        description="`inline`: a browser shows the file if it can; `attachment`: it saves it.",
        examples=["inline"],
    ),
]
