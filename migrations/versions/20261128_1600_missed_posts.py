"""Posts that a chat did not get, for the digest that it gets once it can be reached again.

Revision ID: missed_posts
Revises: object_counts
"""

from alembic import op
from tenancy import secure

revision = "missed_posts"
down_revision = "object_counts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE missed_posts (
            post_id uuid NOT NULL,
            config_id uuid NOT NULL,
            chat_id bigint NOT NULL,
            owner_id uuid NOT NULL,
            thread_id integer,
            missed_at timestamptz NOT NULL,
            CONSTRAINT missed_posts_pkey PRIMARY KEY (post_id, config_id, chat_id),
            CONSTRAINT missed_posts_post_id_fkey
                FOREIGN KEY(post_id) REFERENCES alert_posts (id) ON DELETE CASCADE,
            CONSTRAINT missed_posts_config_id_fkey
                FOREIGN KEY(config_id) REFERENCES bot_configs (id) ON DELETE CASCADE,
            CONSTRAINT missed_posts_owner_id_fkey
                FOREIGN KEY(owner_id) REFERENCES users (id) ON DELETE CASCADE
        );
        CREATE INDEX missed_posts_chat ON missed_posts (config_id, chat_id);
        CREATE INDEX missed_posts_owner ON missed_posts (owner_id);
    """)
    secure("missed_posts")


def downgrade() -> None:
    op.drop_table("missed_posts")
