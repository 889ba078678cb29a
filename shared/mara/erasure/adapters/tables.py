"""The tables of exports and erasures."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text, Uuid, text

from mara.erasure.model.data_job import JobKind, JobState
from mara.platform.schema import JSON, TIMESTAMP, enumerated, metadata, one_of
from mara.users.model import Locale

_is_open = text("state IN ('waiting', 'settling')")

data_jobs = Table(
    "data_jobs",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("kind", enumerated(JobKind), nullable=False),
    Column("state", enumerated(JobState), nullable=False),
    Column("requested_at", TIMESTAMP, nullable=False),
    Column("due_at", TIMESTAMP),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("counts", JSON, nullable=False, server_default=text("'{}'")),
    Column("mail_to", Text),
    Column("locale", enumerated(Locale), nullable=False),
    Column("finished_at", TIMESTAMP),
    Column("size", BigInteger),
    Column("certificate", JSON),
    one_of("kind", JobKind),
    one_of("state", JobState),
    Index("data_jobs_open", "owner_id", "kind", unique=True, postgresql_where=_is_open),
    Index("data_jobs_owner", "owner_id", "kind", "requested_at"),
    Index("data_jobs_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    Index("data_jobs_undone", "requested_at", postgresql_where=_is_open),
)

# Read by this domain for its alarm, and by the scrape of metrics.
COUNT_WITH_MONEY = """
    SELECT count(*) FROM erased_accounts AS erased
    JOIN ledger_accounts AS account ON account.owner_id = erased.user_id
    WHERE account.available + account.reserved + account.suspense > 0
"""
erased_accounts = Table(
    "erased_accounts",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.id"), primary_key=True),
    Column("erased_at", TIMESTAMP, nullable=False),
)
