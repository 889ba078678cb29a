"""Limits of questions as settings of a bot, and what its answers cost."""

from alembic import op

revision = "question_limits"
down_revision = "alert_summaries"
branch_labels = None
depends_on = None

KINDS = "'question', 'bot_question', 'declined', 'limited', 'code', 'ignored'"
UPGRADE = f"""
    ALTER TABLE bot_configs
        ADD COLUMN questions_per_minute integer NOT NULL DEFAULT 10,
        ADD COLUMN chat_questions_per_hour integer NOT NULL DEFAULT 60,
        ADD COLUMN price_per_day bigint;
    ALTER TABLE bot_configs ALTER COLUMN checked_at SET DEFAULT now();
    ALTER TABLE bot_replies ADD COLUMN price bigint NOT NULL DEFAULT 0;
    ALTER TABLE bot_replies DROP CONSTRAINT bot_replies_kind_check;
    ALTER TABLE bot_replies ADD CONSTRAINT bot_replies_kind_check
        CHECK (kind IN ({KINDS}, 'too_dear'));
"""
DOWNGRADE = f"""
    DELETE FROM bot_replies WHERE kind = 'too_dear';
    ALTER TABLE bot_replies DROP CONSTRAINT bot_replies_kind_check;
    ALTER TABLE bot_replies ADD CONSTRAINT bot_replies_kind_check CHECK (kind IN ({KINDS}));
    ALTER TABLE bot_replies DROP COLUMN price;
    ALTER TABLE bot_configs ALTER COLUMN checked_at DROP DEFAULT;
    ALTER TABLE bot_configs
        DROP COLUMN price_per_day,
        DROP COLUMN chat_questions_per_hour,
        DROP COLUMN questions_per_minute;
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    op.execute(DOWNGRADE)
