"""The tables of the ledger: balances, transfers, their postings, open holds, and lots.

Triggers and ``ledger_post`` enforce its rules in the database (decision 0013). Amounts are
micro-USDT.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from mara.platform.schema import JSON, TIMESTAMP, check, metadata

# One row holds a user's three balances, so that one lock orders all their postings. `entries`
# counts those without a gap.
ledger_accounts = Table(
    "ledger_accounts",
    metadata,
    Column("owner_id", Uuid, ForeignKey("users.id"), primary_key=True),
    Column("available", BigInteger, nullable=False, server_default=text("0")),
    Column("reserved", BigInteger, nullable=False, server_default=text("0")),
    Column("suspense", BigInteger, nullable=False, server_default=text("0")),
    Column("entries", BigInteger, nullable=False, server_default=text("0")),
    check("available >= 0", name="ledger_available_floor"),
    check("reserved >= 0", name="ledger_reserved_floor"),
    check("suspense >= 0", name="ledger_suspense_floor"),
    postgresql_with={"fillfactor": 50},
)

# `owner_id` is the one user concerned, NULL for a transfer inside the platform. `ends_id` is the
# hold that this transfer settles or releases.
ledger_transfers = Table(
    "ledger_transfers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("owner_id", Uuid),
    Column("ends_id", Uuid, ForeignKey("ledger_transfers.id")),
    Column("expires_at", TIMESTAMP),
    Column("legs", SmallInteger, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("created_at", TIMESTAMP, nullable=False),
    UniqueConstraint("key", name="ledger_key"),
    UniqueConstraint("ends_id", name="ledger_ends"),
    Index(
        "ledger_transfers_created",
        "created_at",
        postgresql_using="brin",
        postgresql_with={"pages_per_range": 16},
    ),
    CheckConstraint("length(key) BETWEEN 1 AND 200", name="key"),
    CheckConstraint("length(kind) BETWEEN 1 AND 40", name="kind"),
    CheckConstraint("length(reference) BETWEEN 1 AND 200", name="reference"),
    CheckConstraint("legs BETWEEN 2 AND 16", name="legs"),
    check("ends_id IS NULL OR expires_at IS NULL", name="ledger_transfers_check"),
    Index("ledger_transfers_of_owner", "owner_id", "id"),
)

# `number` counts a user's postings, `balance` is the account's after the posting; both are NULL
# for accounts of the platform.
ledger_postings = Table(
    "ledger_postings",
    metadata,
    Column("transfer_id", Uuid, primary_key=True),
    Column("leg", SmallInteger, primary_key=True, autoincrement=False),
    Column("owner_id", Uuid),
    Column("account", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("number", BigInteger),
    Column("balance", BigInteger),
    UniqueConstraint("owner_id", "number", name="ledger_posting_number"),
    CheckConstraint("leg >= 1", name="leg"),
    CheckConstraint("amount <> 0", name="amount"),
    CheckConstraint("balance >= 0", name="balance"),
    check(
        """CASE WHEN owner_id IS NULL
            THEN account IN ('revenue', 'fees', 'write_off', 'credits', 'custody:arbitrum',
                'custody:tron', 'custody:aptos') AND number IS NULL AND balance IS NULL
            ELSE account IN ('available', 'reserved', 'suspense') AND number IS NOT NULL
                AND balance IS NOT NULL END""",
        name="ledger_postings_check",
    ),
    Index(
        "ledger_postings_platform",
        "account",
        "transfer_id",
        postgresql_include=["amount"],
        postgresql_where=text("owner_id IS NULL"),
    ),
)

# Open holds, derived from postings as balances are.
ledger_holds = Table(
    "ledger_holds",
    metadata,
    Column("transfer_id", Uuid, primary_key=True),
    Column("owner_id", Uuid, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("expires_at", TIMESTAMP, nullable=False),
    CheckConstraint("amount > 0", name="amount"),
    Index("ledger_holds_expiry", "expires_at"),
    Index("ledger_holds_of_owner", "owner_id", "transfer_id"),
)

# Which lots a transfer took (amount > 0) or gave back (amount < 0), in the order of `position`.
# `number` is that of the transfer's first entry. Derived from postings by `LotService`.
ledger_lots = Table(
    "ledger_lots",
    metadata,
    Column("transfer_id", Uuid, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("owner_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("reference", Text),
    Column("source_transfer_id", Uuid, nullable=False),
    Column("amount", BigInteger, nullable=False),
    CheckConstraint("position >= 1", name="position"),
    CheckConstraint("amount <> 0", name="amount"),
    Index(
        "ledger_lots_reference",
        "owner_id",
        "reference",
        "number",
        postgresql_where=text("reference IS NOT NULL"),
    ),
    Index("ledger_lots_of_owner", "owner_id", "transfer_id", "position"),
)

# The lots of a user after the entry `number`: a checkpoint from which the next entries are read.
ledger_lot_states = Table(
    "ledger_lot_states",
    metadata,
    Column("owner_id", Uuid, ForeignKey("users.id"), primary_key=True),
    Column("number", BigInteger, nullable=False, server_default=text("0")),
    Column("open", JSON, nullable=False, server_default=text("'[]'")),
    Column("suspended", JSON, nullable=False, server_default=text("'[]'")),
    CheckConstraint("number >= 0", name="number"),
)

# What the last audit found, for a scrape: custody per network beside what users have in all.
ledger_figures = Table(
    "ledger_figures",
    metadata,
    Column("name", Text, primary_key=True),
    Column("network", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
    Column("audited_at", TIMESTAMP, nullable=False),
)
