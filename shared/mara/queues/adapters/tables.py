"""The table of dead letters."""

from sqlalchemy import (
    CheckConstraint,
    Column,
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

from mara.platform.schema import TIMESTAMP, enumerated, metadata, one_of
from mara.queues.model.dead_letter import LetterState

# No reference to a user: letters are of the platform, and their owners are read from bodies. A
# letter whose content is empty tells what was decided on a dead row of another table.
dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("queue", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("content_format", SmallInteger, nullable=False),
    Column("content_key_id", Text, nullable=False),
    Column("content_wrapped_key", LargeBinary, nullable=False),
    Column("content_nonce", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("reason", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("first_failed_at", TIMESTAMP, nullable=False),
    Column("last_failed_at", TIMESTAMP, nullable=False),
    Column("object_kind", Text),
    Column("object_id", Uuid),
    Column("owner_id", Uuid),
    Column("redrive_of", Text),
    Column("first_id", Uuid),
    Column("state", enumerated(LetterState), nullable=False),
    Column("decided_at", TIMESTAMP),
    Column("decided_by", Uuid),
    Column("created_at", TIMESTAMP, nullable=False),
    Column("correlation_id", Text),
    CheckConstraint("content_format = 1", name="content_format"),
    CheckConstraint("length(content_nonce) = 12", name="content_nonce"),
    CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided_at"),
    one_of("state", LetterState),
    UniqueConstraint("queue", "message_id"),
    Index("dead_letters_listed", "queue", "id"),
    Index("dead_letters_waiting", "queue", "id", postgresql_where=text("state = 'waiting'")),
    Index("dead_letters_age", "created_at"),
    Index(
        "dead_letters_redriven",
        *("queue", "redrive_of", "id"),
        postgresql_where=text("redrive_of IS NOT NULL"),
    ),
    Index("dead_letters_owner", "owner_id"),
)
