"""Analyses of documents kept in PostgreSQL; they go with their document."""

import json
from dataclasses import asdict
from typing import Any
from uuid import UUID

from mara.documents.model.analysis import Analysis, AnalysisResult, AnalysisState, Entity, Method
from mara.platform.database import connection

FIND = """
    SELECT document_id, owner_id, state, requested_at, findings, finished_at
    FROM document_analyses WHERE owner_id = %s AND document_id = %s
"""
SAVE = """
    INSERT INTO document_analyses
        (document_id, owner_id, state, requested_at, findings, finished_at)
    VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (document_id) DO UPDATE SET state = excluded.state,
        requested_at = excluded.requested_at, findings = excluded.findings,
        finished_at = excluded.finished_at
    WHERE document_analyses.owner_id = excluded.owner_id
"""


class PostgresAnalyses:
    def find(self, owner_id: UUID, document_id: UUID) -> Analysis | None:
        row = connection().execute(FIND, (owner_id, document_id)).fetchone()
        if row is None:
            return None
        document, owner, state, requested_at, findings, finished_at = row
        found = _result(findings) if findings else None
        return Analysis(document, owner, AnalysisState(state), requested_at, found, finished_at)

    def save(self, analysis: Analysis) -> None:
        findings = json.dumps(asdict(analysis.result)) if analysis.result else None
        connection().execute(
            SAVE,
            (
                analysis.document_id,
                analysis.owner_id,
                analysis.state.value,
                analysis.requested_at,
                findings,
                analysis.finished_at,
            ),
        )


def _result(kept: dict[str, Any]) -> AnalysisResult:
    entities = [Entity(**entity) for entity in kept["entities"]]
    return AnalysisResult(**{**kept, "entities": entities, "method": Method(kept["method"])})
