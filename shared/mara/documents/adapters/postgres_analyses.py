"""Analyses of documents in PostgreSQL; an analysis is deleted with its document."""

from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from mara.documents.adapters.tables import document_analyses
from mara.documents.errors import DocumentNotFound
from mara.documents.model.analysis import Analysis
from mara.platform.sql import bound, execute, fetch_one, values_of

_columns = document_analyses.c
_insert = insert(document_analyses).values(bound(_columns))

FIND = select(document_analyses).where(
    _columns.owner_id == bindparam("owner_id"), _columns.document_id == bindparam("document_id")
)
SAVE = _insert.on_conflict_do_update(
    index_elements=[_columns.document_id],
    set_={
        column.name: _insert.excluded[column.name]
        for column in (
            _columns.state,
            _columns.requested_at,
            _columns.findings,
            _columns.finished_at,
        )
    },
    # The primary key is the document alone: without this, a wrong owner would replace the analysis.
    where=_columns.owner_id == _insert.excluded.owner_id,
)


class PostgresAnalyses:
    """Implements ``Analyses``; the column ``findings`` holds ``Analysis.result``."""

    def find(self, owner_id: UUID, document_id: UUID) -> Analysis | None:
        """Return the analysis of the document, None if none was requested."""
        row = fetch_one(FIND, owner_id=owner_id, document_id=document_id)
        return Analysis(result=row.pop("findings"), **row) if row else None

    def save(self, analysis: Analysis) -> None:
        """Insert or replace the analysis. Raises DocumentNotFound if another owner has one."""
        if execute(SAVE, **values_of(analysis), findings=analysis.result) == 0:
            raise DocumentNotFound("Check the id.")
