"""Wallets, the deposits that reach them, and how far each chain is read."""

from alembic import op
from tenancy import grant, secure

revision = "wallets"
down_revision = "covering_indexes"
branch_labels = None
depends_on = None

# `transaction` and `position` make a deposit what it is, on its network; the block it stands in
# may change. An address is 20 bytes (EVM, Tron) or 32 (Aptos). `receives_at` is what transfers name
# as their recipient: the address, or on Aptos the store of the token that belongs to it.
UPGRADE = """
    CREATE TABLE wallets (
        network text NOT NULL CHECK (network IN ('arbitrum', 'tron', 'aptos')),
        address bytea NOT NULL
            CHECK (length(address) = CASE network WHEN 'aptos' THEN 32 ELSE 20 END),
        receives_at bytea NOT NULL,
        owner_id uuid NOT NULL REFERENCES users,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (network, receives_at),
        UNIQUE (owner_id, network)
    );

    CREATE TABLE deposits (
        id uuid PRIMARY KEY,
        owner_id uuid NOT NULL REFERENCES users,
        network text NOT NULL,
        transaction text NOT NULL,
        position integer NOT NULL CHECK (position >= 0),
        recipient bytea NOT NULL,
        amount_micro_usdt bigint NOT NULL CHECK (amount_micro_usdt > 0),
        block_number bigint NOT NULL,
        block_hash text NOT NULL,
        log_index integer NOT NULL,
        state text NOT NULL CHECK (
            state IN ('seen', 'safe', 'final', 'credited', 'suspense', 'orphaned')),
        reader text NOT NULL,
        seen_at timestamptz NOT NULL,
        credited_at timestamptz,
        UNIQUE (network, transaction, position),
        CHECK ((state IN ('credited', 'suspense')) = (credited_at IS NOT NULL))
    );
    CREATE INDEX deposits_in_flight ON deposits (network, block_number)
        WHERE state IN ('seen', 'safe');
    CREATE INDEX deposits_waiting ON deposits (network) WHERE state = 'final';
    CREATE INDEX deposits_owner ON deposits (owner_id, network, id);

    CREATE TABLE chain_scans (
        network text PRIMARY KEY,
        closed_number bigint NOT NULL,
        closed_hash text NOT NULL,
        open jsonb NOT NULL,
        blocks_per_scan integer NOT NULL CHECK (blocks_per_scan > 0),
        revision bigint NOT NULL,
        latest_number bigint,
        scanned_at timestamptz
    );

    CREATE TABLE chain_providers (
        network text NOT NULL,
        provider text NOT NULL,
        failure text NOT NULL,
        failed_at timestamptz NOT NULL,
        PRIMARY KEY (network, provider)
    );
"""


def upgrade() -> None:
    op.execute(UPGRADE)
    secure("wallets")
    secure("deposits")
    grant("chain_scans")
    grant("chain_providers")


def downgrade() -> None:
    op.execute("DROP TABLE chain_providers, chain_scans, deposits, wallets")
