"""The tables of wallets, deposits, scans of chains, failures, and unreadable events."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from mara.platform.schema import TIMESTAMP, check, enumerated, metadata, one_of
from mara.wallets.model import DepositState, EventPart, FailureKind, Network

# An address has 20 bytes (EVM, Tron) or 32 (Aptos). Transfers name `receives_at` as recipient: the
# address itself, or on Aptos the store of the token that belongs to it.
wallets = Table(
    "wallets",
    metadata,
    Column("network", enumerated(Network)),
    Column("address", LargeBinary, nullable=False),
    Column("receives_at", LargeBinary),
    Column("owner_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("created_at", TIMESTAMP, nullable=False),
    PrimaryKeyConstraint("network", "receives_at"),
    UniqueConstraint("owner_id", "network"),
    one_of("network", Network),
    check("length(address) = CASE network WHEN 'aptos' THEN 32 ELSE 20 END", name="wallets_check"),
)

# Network, transaction and position identify a deposit; the block that holds it may change.
deposits = Table(
    "deposits",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("network", enumerated(Network), nullable=False),
    Column("transaction", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("recipient", LargeBinary, nullable=False),
    Column("amount_micro_usdt", BigInteger, nullable=False),
    Column("block_number", BigInteger, nullable=False),
    Column("block_hash", Text, nullable=False),
    Column("log_index", Integer, nullable=False),
    Column("state", enumerated(DepositState), nullable=False),
    Column("reader", Text, nullable=False),
    Column("seen_at", TIMESTAMP, nullable=False),
    Column("credited_at", TIMESTAMP),
    UniqueConstraint("network", "transaction", "position"),
    CheckConstraint("position >= 0", name="position"),
    CheckConstraint("amount_micro_usdt > 0", name="amount_micro_usdt"),
    one_of("state", DepositState),
    check("(state IN ('credited', 'suspense')) = (credited_at IS NOT NULL)", name="deposits_check"),
    Index(
        "deposits_in_flight",
        "network",
        "block_number",
        postgresql_where=text("state IN ('seen', 'safe')"),
    ),
    Index("deposits_waiting", "network", postgresql_where=text("state = 'final'")),
    Index("deposits_owner", "owner_id", "network", "id"),
    Index("deposits_owner_all", "owner_id", "id"),
    Index("deposits_owner_amount", "owner_id", "amount_micro_usdt", "id"),
)

chain_scans = Table(
    "chain_scans",
    metadata,
    Column("network", Text, primary_key=True),
    Column("closed_number", BigInteger, nullable=False),
    Column("closed_hash", Text, nullable=False),
    Column("open", JSONB, nullable=False),
    Column("blocks_per_scan", Integer, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("latest_number", BigInteger),
    Column("scanned_at", TIMESTAMP),
    Column("grew_at", TIMESTAMP),
    Column("caught_up_at", TIMESTAMP),
    Column("closing_since", TIMESTAMP),
    Column("broken_at", TIMESTAMP),
    CheckConstraint("blocks_per_scan > 0", name="blocks_per_scan"),
)

# Events that were listed and passed; for operators. What cannot be read of an event is null.
unreadable_events = Table(
    "unreadable_events",
    metadata,
    Column("network", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("part", enumerated(EventPart), nullable=False),
    Column("content", Text, nullable=False),
    Column("block_number", BigInteger),
    Column("transaction", Text),
    Column("log_index", BigInteger),
    Column("recipient", LargeBinary),
    Column("reader", Text, nullable=False),
    Column("recorded_at", TIMESTAMP, nullable=False),
    one_of("part", EventPart),
)

chain_providers = Table(
    "chain_providers",
    metadata,
    Column("network", Text, primary_key=True),
    Column("provider", Text, primary_key=True),
    Column("failure", Text, nullable=False),
    Column("failed_at", TIMESTAMP, nullable=False),
    Column("kind", Text, nullable=False),
    one_of("kind", FailureKind),
)
