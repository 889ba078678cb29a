"""Agents, their conversations, and the answers with their citations."""

from alembic import op
from tenancy import secure

revision = "agents"
down_revision = "search_index"
branch_labels = None
depends_on = None

# `document_ids` is an array without foreign keys on purpose: an agent whose last document is
# deleted must answer from nothing, not from everything.
UPGRADE = """
    CREATE TABLE agents (
        id uuid PRIMARY KEY,
        owner_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        name text NOT NULL,
        instructions text NOT NULL,
        mode text NOT NULL CHECK (mode IN ('quote', 'generate')),
        model text,
        temperature double precision NOT NULL CHECK (temperature BETWEEN 0 AND 2),
        top_k integer NOT NULL CHECK (top_k > 0),
        language text CHECK (language IN ('ru', 'en')),
        document_ids uuid[] NOT NULL,
        version integer NOT NULL CHECK (version > 0),
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
    );
    CREATE INDEX agents_owner ON agents (owner_id, id);

    CREATE TABLE conversations (
        id uuid PRIMARY KEY,
        owner_id uuid NOT NULL,
        agent_id uuid NOT NULL REFERENCES agents ON DELETE CASCADE,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
    );
    CREATE INDEX conversations_agent ON conversations (agent_id, id);

    CREATE TABLE answers (
        id uuid PRIMARY KEY,
        owner_id uuid NOT NULL,
        agent_id uuid NOT NULL,
        agent_version integer NOT NULL,
        conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
        question text NOT NULL,
        status text NOT NULL CHECK (status IN ('answered', 'not_in_documents', 'quotes_only')),
        text text NOT NULL,
        confidence double precision NOT NULL CHECK (confidence BETWEEN 0 AND 1),
        citations jsonb NOT NULL,
        retrieval jsonb NOT NULL,
        input_tokens integer NOT NULL,
        output_tokens integer NOT NULL,
        price_micro_usdt bigint NOT NULL,
        helped boolean,
        feedback_comment text,
        feedback_at timestamptz,
        created_at timestamptz NOT NULL
    );
    CREATE INDEX answers_conversation ON answers (conversation_id, id);
"""
TABLES = ("agents", "conversations", "answers")


def upgrade() -> None:
    op.execute(UPGRADE)
    for table in TABLES:
        secure(table)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
