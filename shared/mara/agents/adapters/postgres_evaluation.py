"""Versions of agents, evaluation cases and evaluations in PostgreSQL."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects import postgresql

from mara.agents.adapters.tables import agent_versions, evaluation_cases, evaluations
from mara.agents.errors import VersionNotFound
from mara.agents.model.evaluation import Case, Evaluation, Version
from mara.platform.sql import Row, bound, execute, fetch_all, fetch_one, fetch_value, values_of

VERSIONS_MAX = 100

_version_insert = postgresql.insert(agent_versions).values(bound(agent_versions.c))
SAVE_VERSION = _version_insert.on_conflict_do_update(
    index_elements=[agent_versions.c.agent_id, agent_versions.c.version],
    set_={agent_versions.c.published_at: _version_insert.excluded.published_at},
)
_of_agent = (
    agent_versions.c.owner_id == bindparam("owner_id"),
    agent_versions.c.agent_id == bindparam("agent_id"),
)
GET_VERSION = select(agent_versions).where(
    *_of_agent, agent_versions.c.version == bindparam("version")
)
_last_score = (
    select(evaluations.c.score)
    .where(
        evaluations.c.owner_id == agent_versions.c.owner_id,
        evaluations.c.agent_id == agent_versions.c.agent_id,
        evaluations.c.agent_version == agent_versions.c.version,
    )
    .order_by(evaluations.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
LIST_VERSIONS = (
    select(agent_versions, _last_score.label("score"))
    .where(*_of_agent)
    .order_by(agent_versions.c.version.desc())
    .limit(VERSIONS_MAX)
)

_case_insert = postgresql.insert(evaluation_cases).values(bound(evaluation_cases.c))
SAVE_CASE = _case_insert.on_conflict_do_update(
    index_elements=[evaluation_cases.c.answer_id],
    set_={
        column: _case_insert.excluded[column.name]
        for column in (evaluation_cases.c.helped, evaluation_cases.c.created_at)
    },
)
_cases_of_agent = (
    evaluation_cases.c.owner_id == bindparam("owner_id"),
    evaluation_cases.c.agent_id == bindparam("agent_id"),
)
LIST_CASES = (
    select(evaluation_cases)
    .where(*_cases_of_agent)
    .order_by(evaluation_cases.c.answer_id.desc())
    .limit(bindparam("limit"))
)
LAST_CHANGE = select(func.max(evaluation_cases.c.created_at)).where(*_cases_of_agent)

_evaluation_insert = postgresql.insert(evaluations).values(bound(evaluations.c))
SAVE_EVALUATION = _evaluation_insert.on_conflict_do_update(
    index_elements=[evaluations.c.id],
    set_={
        column: _evaluation_insert.excluded[column.name]
        for column in (evaluations.c.score, evaluations.c.results, evaluations.c.stopped_by)
    },
)
LIST_EVALUATIONS = (
    select(evaluations)
    .where(
        evaluations.c.owner_id == bindparam("owner_id"),
        evaluations.c.agent_id == bindparam("agent_id"),
    )
    .order_by(evaluations.c.id.desc())
    .limit(bindparam("limit"))
)
LAST_EVALUATION = LIST_EVALUATIONS.where(evaluations.c.agent_version == bindparam("version"))


class PostgresVersions:
    """Implements ``Versions``."""

    def save(self, version: Version) -> None:
        """Insert the version, or update when it was published."""
        execute(SAVE_VERSION, **values_of(version), version=version.number)

    def get(self, owner_id: UUID, agent_id: UUID, number: int) -> Version:
        """Return the version. Raises VersionNotFound."""
        row = fetch_one(GET_VERSION, owner_id=owner_id, agent_id=agent_id, version=number)
        if row is None:
            raise VersionNotFound(f"The agent has no version {number}.")
        return _version(row)

    def list(self, owner_id: UUID, agent_id: UUID) -> list[Version]:
        """Return the newest versions, each with the score of its last evaluation."""
        rows = fetch_all(LIST_VERSIONS, owner_id=owner_id, agent_id=agent_id)
        return [_version(row) for row in rows]


class PostgresCases:
    """Implements ``Cases``."""

    def save(self, case: Case) -> None:
        """Insert the case, or update the judgement of its answer."""
        execute(SAVE_CASE, **values_of(case))

    def list(self, owner_id: UUID, agent_id: UUID, limit: int) -> list[Case]:
        """Return the newest cases of the agent."""
        rows = fetch_all(LIST_CASES, owner_id=owner_id, agent_id=agent_id, limit=limit)
        return [Case(**row) for row in rows]

    def last_change(self, owner_id: UUID, agent_id: UUID) -> datetime | None:
        """Return when a case of the agent was last saved, None if it has none."""
        changed: datetime | None = fetch_value(LAST_CHANGE, owner_id=owner_id, agent_id=agent_id)
        return changed


class PostgresEvaluations:
    """Implements ``Evaluations``."""

    def save(self, evaluation: Evaluation) -> None:
        """Insert the evaluation, or update its results."""
        execute(SAVE_EVALUATION, **values_of(evaluation))

    def list(self, owner_id: UUID, agent_id: UUID, limit: int) -> list[Evaluation]:
        """Return the newest evaluations of the agent."""
        rows = fetch_all(LIST_EVALUATIONS, owner_id=owner_id, agent_id=agent_id, limit=limit)
        return [Evaluation(**row) for row in rows]

    def last(self, owner_id: UUID, agent_id: UUID, version: int) -> Evaluation | None:
        """Return the newest evaluation of a version, None if there is none."""
        wanted = {"owner_id": owner_id, "agent_id": agent_id, "version": version, "limit": 1}
        row = fetch_one(LAST_EVALUATION, **wanted)
        return Evaluation(**row) if row else None


def _version(row: Row) -> Version:
    return Version(number=row.pop("version"), **row)
