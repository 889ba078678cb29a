"""Exports and erasures of accounts; an erased account gets no rows any more."""

from alembic import op
from tenancy import APP_ROLE, refuse_erased, secure

revision = "erasure"
down_revision = "removed_bots"
branch_labels = None
depends_on = None

TABLES = """
    CREATE TABLE data_jobs (
        id uuid PRIMARY KEY,
        owner_id uuid NOT NULL REFERENCES users,
        kind text NOT NULL CHECK (kind IN ('export', 'erasure')),
        state text NOT NULL CHECK (state IN ('waiting', 'settling', 'done', 'failed')),
        requested_at timestamptz NOT NULL,
        due_at timestamptz,
        attempts integer NOT NULL DEFAULT 0,
        counts jsonb NOT NULL DEFAULT '{}',
        mail_to text,
        locale text NOT NULL,
        finished_at timestamptz,
        size bigint,
        certificate jsonb
    );
    CREATE UNIQUE INDEX data_jobs_open ON data_jobs (owner_id, kind)
        WHERE state IN ('waiting', 'settling');
    CREATE INDEX data_jobs_owner ON data_jobs (owner_id, kind, requested_at);
    CREATE INDEX data_jobs_due ON data_jobs (due_at) WHERE due_at IS NOT NULL;

    CREATE TABLE erased_accounts (
        user_id uuid PRIMARY KEY REFERENCES users,
        erased_at timestamptz NOT NULL
    );
"""
# It holds ids alone: every scope may see them, so that no scope can write past it.
RIGHTS = f"GRANT SELECT, INSERT ON erased_accounts TO {APP_ROLE}"
FUNCTION = """
    CREATE FUNCTION refuse_erased() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT FROM added JOIN erased_accounts ON user_id = owner_id) THEN
            RAISE EXCEPTION 'the account was erased' USING ERRCODE = 'MR410';
        END IF;
        RETURN NULL;
    END $$;
"""
GUARDED = (
    *("account_mails", "agent_versions", "agents", "alert_deliveries", "alert_episodes"),
    *("alert_intakes", "alert_messages", "alert_posts", "alert_rules", "alert_signals"),
    *("alert_votes", "alerts", "answers", "api_keys", "bot_chat_paces", "bot_chats"),
    *("bot_configs", "bot_conversations", "bot_invitations", "bot_lanes", "bot_people"),
    *("bot_replies", "bot_senders", "bot_updates", "connection_secrets", "conversations"),
    *("credentials", "disconnected_bots", "document_analyses", "documents", "evaluation_cases"),
    *("evaluations", "idempotency_keys", "index_builds", "index_chunks", "index_postings"),
    *("index_vectors", "missed_posts", "notice_refusals", "notices", "outgoing_messages"),
    *("pending_answers", "refresh_tokens", "rule_firings", "rule_text_keys", "rule_texts"),
    *("sessions", "webhook_deliveries", "webhooks"),
)


def upgrade() -> None:
    op.execute(TABLES)
    secure("data_jobs")
    op.execute(RIGHTS)
    op.execute(FUNCTION)
    for table in GUARDED:
        refuse_erased(table)


def downgrade() -> None:
    for table in GUARDED:
        op.execute(f"DROP TRIGGER refuse_erased ON {table}")
    op.execute("DROP FUNCTION refuse_erased(); DROP TABLE erased_accounts; DROP TABLE data_jobs;")
