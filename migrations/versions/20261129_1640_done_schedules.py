"""When each schedule was last done: its last run alone does not tell where runs fail or are killed.

The rows of all schedules are there from the beginning, so that one which never ran is late too. A
migration that adds a schedule to the template adds its row, and one that removes it deletes it.
"""

from alembic import op
from tenancy import grant

revision = "done_schedules"
down_revision = "details_kept"
branch_labels = None
depends_on = None

MAKE = """
    CREATE TABLE done_schedules (name text PRIMARY KEY, done_at timestamptz NOT NULL);
    INSERT INTO done_schedules (name, done_at) SELECT name, now() FROM unnest(ARRAY[
        'answer-waiting-alerts', 'chain-audit', 'charge-subscriptions', 'close-usage',
        'end-stale-alerts', 'forget-expired', 'recount-levels', 'recover-documents',
        'relay-outbox', 'release-expired-holds', 'ring-telegram', 'ring-webhooks',
        'scan-aptos', 'scan-arbitrum', 'scan-tron', 'verify-ledger', 'watch-bots'
    ]) AS known (name)
"""


def upgrade() -> None:
    op.execute(MAKE)
    grant("done_schedules")


def downgrade() -> None:
    op.execute("DROP TABLE done_schedules")
