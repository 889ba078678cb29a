"""Vaults: a sealed seed for each user, and the public keys of its accounts."""

from alembic import op
from tenancy import APP_ROLE, secure

revision = "vaults"
down_revision = "ledger"
branch_labels = None
depends_on = None

# No cascade: an account that still has a vault cannot be deleted.
UPGRADE = """
    CREATE TABLE vaults (
        id uuid PRIMARY KEY,
        owner_id uuid NOT NULL UNIQUE REFERENCES users,
        evm_key bytea NOT NULL CHECK (length(evm_key) = 65),
        tron_key bytea NOT NULL CHECK (length(tron_key) = 65),
        aptos_key bytea NOT NULL CHECK (length(aptos_key) = 32),
        seed_format smallint NOT NULL CHECK (seed_format = 1),
        seed_key_id text NOT NULL,
        seed_wrapped_key bytea NOT NULL,
        seed_nonce bytea NOT NULL CHECK (length(seed_nonce) = 12),
        seed bytea NOT NULL CHECK (length(seed) = 48),
        created_at timestamptz NOT NULL,
        wrapped_at timestamptz NOT NULL
    );
"""

# A seed is never changed and never deleted; a data key may be rewrapped.
RIGHTS = f"""
    REVOKE UPDATE, DELETE ON vaults FROM {APP_ROLE};
    GRANT UPDATE (seed_key_id, seed_wrapped_key, wrapped_at) ON vaults TO {APP_ROLE};
"""


def upgrade() -> None:
    op.execute(UPGRADE)
    secure("vaults")
    op.execute(RIGHTS)


def downgrade() -> None:
    op.execute("DROP TABLE vaults")
