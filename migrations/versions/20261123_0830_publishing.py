"""Versions of agents, which of them answers, and what their answers are measured by."""

from alembic import op
from tenancy import secure

revision = "publishing"
down_revision = "analyses"
branch_labels = None
depends_on = None

# `basis` of an answer: what it was drawn from besides the passages, to explain it later. A case
# outlives its conversation, so it holds what it needs and refers to nothing but its agent.
UPGRADE = """
    ALTER TABLE agents
        ADD COLUMN published_version integer,
        ADD COLUMN gate double precision CHECK (gate BETWEEN 0 AND 1);
    UPDATE agents SET published_version = version;
    ALTER TABLE agents ALTER COLUMN published_version SET NOT NULL,
        ADD CHECK (published_version BETWEEN 1 AND version);

    ALTER TABLE answers ADD COLUMN basis jsonb NOT NULL DEFAULT '{}';

    CREATE TABLE agent_versions (
        agent_id uuid NOT NULL REFERENCES agents ON DELETE CASCADE,
        version integer NOT NULL,
        owner_id uuid NOT NULL,
        settings jsonb NOT NULL,
        created_at timestamptz NOT NULL,
        published_at timestamptz,
        PRIMARY KEY (agent_id, version)
    );
    INSERT INTO agent_versions (agent_id, version, owner_id, settings, created_at, published_at)
        SELECT id, version, owner_id, jsonb_build_object('name', name, 'instructions', instructions,
            'mode', mode, 'model', model, 'temperature', temperature, 'top_k', top_k,
            'language', language, 'document_ids', to_jsonb(document_ids)), updated_at, updated_at
        FROM agents;

    CREATE TABLE evaluation_cases (
        answer_id uuid PRIMARY KEY,
        owner_id uuid NOT NULL,
        agent_id uuid NOT NULL REFERENCES agents ON DELETE CASCADE,
        question text NOT NULL,
        helped boolean NOT NULL,
        cited jsonb NOT NULL,
        retrieval jsonb NOT NULL,
        created_at timestamptz NOT NULL
    );
    CREATE INDEX evaluation_cases_agent ON evaluation_cases (agent_id, answer_id);

    CREATE TABLE evaluations (
        id uuid PRIMARY KEY,
        owner_id uuid NOT NULL,
        agent_id uuid NOT NULL REFERENCES agents ON DELETE CASCADE,
        agent_version integer NOT NULL,
        score double precision CHECK (score BETWEEN 0 AND 1),
        results jsonb NOT NULL,
        prompt_version integer NOT NULL,
        model_id text NOT NULL,
        created_at timestamptz NOT NULL
    );
    CREATE INDEX evaluations_agent ON evaluations (agent_id, id);
"""
TABLES = ("agent_versions", "evaluation_cases", "evaluations")


def upgrade() -> None:
    op.execute(UPGRADE)
    for table in TABLES:
        secure(table)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
    op.execute("ALTER TABLE answers DROP COLUMN basis")
    op.execute("ALTER TABLE agents DROP COLUMN gate, DROP COLUMN published_version")
