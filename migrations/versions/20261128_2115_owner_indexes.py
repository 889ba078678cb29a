"""Erasures and exports find the rows of an account by an index, in each of their tables."""

from alembic import op

revision = "owner_indexes"
down_revision = "membership_times"
branch_labels = None
depends_on = None

# An export reads pages in the order of the keys, so these follow the owner.
INDEXES = """
    CREATE INDEX agent_versions_of_owner ON agent_versions (owner_id, agent_id, version);
    CREATE INDEX alert_deliveries_of_owner ON alert_deliveries (owner_id, id);
    CREATE INDEX alert_episodes_of_owner ON alert_episodes (owner_id, id);
    CREATE INDEX alert_messages_of_owner ON alert_messages (owner_id, post_id);
    CREATE INDEX alert_signals_of_owner ON alert_signals (owner_id, id);
    CREATE INDEX answers_of_owner ON answers (owner_id, id);
    CREATE INDEX conversations_of_owner ON conversations (owner_id, id);
    CREATE INDEX document_analyses_of_owner ON document_analyses (owner_id, document_id);
    CREATE INDEX evaluation_cases_of_owner ON evaluation_cases (owner_id, answer_id);
    CREATE INDEX evaluations_of_owner ON evaluations (owner_id, id);
    CREATE INDEX index_builds_of_owner ON index_builds (owner_id);
    CREATE INDEX ledger_holds_of_owner ON ledger_holds (owner_id, transfer_id);
    CREATE INDEX ledger_lots_of_owner ON ledger_lots (owner_id, transfer_id, position);
    CREATE INDEX ledger_transfers_of_owner ON ledger_transfers (owner_id, id);
    CREATE INDEX pending_answers_of_owner ON pending_answers (owner_id, id);
    CREATE INDEX refresh_tokens_of_owner ON refresh_tokens (owner_id);
    CREATE INDEX sessions_of_owner ON sessions (owner_id, id);
    CREATE INDEX usage_refusals_of_owner ON usage_refusals (owner_id, day);
    CREATE INDEX webhook_deliveries_of_owner ON webhook_deliveries (owner_id, id);
    CREATE INDEX data_jobs_undone ON data_jobs (requested_at)
        WHERE state IN ('waiting', 'settling');
"""
REMOVAL = """
    DROP INDEX agent_versions_of_owner, alert_deliveries_of_owner, alert_episodes_of_owner,
        alert_messages_of_owner, alert_signals_of_owner, answers_of_owner,
        conversations_of_owner, document_analyses_of_owner, evaluation_cases_of_owner,
        evaluations_of_owner, index_builds_of_owner, ledger_holds_of_owner,
        ledger_lots_of_owner, ledger_transfers_of_owner, pending_answers_of_owner,
        refresh_tokens_of_owner, sessions_of_owner, usage_refusals_of_owner,
        webhook_deliveries_of_owner,
        data_jobs_undone;
"""


def upgrade() -> None:
    op.execute(INDEXES)


def downgrade() -> None:
    op.execute(REMOVAL)
