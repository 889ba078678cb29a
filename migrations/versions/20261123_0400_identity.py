"""Users, what proves who they are, and the tables every function's frame needs."""

from alembic import op
from tenancy import FUNCTIONS, grant, secure

revision = "identity"
down_revision = None
branch_labels = None
depends_on = None

UPGRADE = """
    CREATE TABLE users (
        id uuid PRIMARY KEY,
        email text NOT NULL CHECK (email = lower(email)),
        role text NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'admin', 'superuser')),
        active boolean NOT NULL DEFAULT true,
        full_name text,
        company text,
        locale text NOT NULL DEFAULT 'en' CHECK (locale IN ('ru', 'en')),
        time_zone text NOT NULL DEFAULT 'UTC',
        telegram_chat_id bigint,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
    );
    CREATE UNIQUE INDEX users_email ON users (email);

    CREATE TABLE credentials (
        owner_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
        password_hash text NOT NULL,
        changed_at timestamptz NOT NULL
    );

    CREATE TABLE sessions (
        id uuid PRIMARY KEY,
        owner_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        created_at timestamptz NOT NULL,
        revoked_at timestamptz,
        revoked_because text
    );
    CREATE INDEX sessions_owner ON sessions (owner_id) WHERE revoked_at IS NULL;

    CREATE TABLE refresh_tokens (
        hash bytea PRIMARY KEY,
        session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
        owner_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        issued_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        spent_at timestamptz
    );
    CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);
    CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);

    CREATE TABLE api_keys (
        id uuid PRIMARY KEY,
        owner_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        name text NOT NULL,
        prefix text NOT NULL,
        hash bytea NOT NULL UNIQUE,
        scopes text[] NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz,
        last_used_at timestamptz
    );
    CREATE INDEX api_keys_owner ON api_keys (owner_id, id);

    CREATE TABLE login_failures (
        subject text PRIMARY KEY,
        failures integer NOT NULL,
        locked_until timestamptz,
        last_failed_at timestamptz NOT NULL
    );

    CREATE TABLE outbox (
        id uuid PRIMARY KEY,
        queue text NOT NULL,
        body text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    CREATE INDEX outbox_created ON outbox (created_at);

    CREATE TABLE idempotency_keys (
        owner_id uuid NOT NULL,
        operation text NOT NULL,
        key_hash bytea NOT NULL,
        request_hash bytea NOT NULL,
        claimed_until timestamptz NOT NULL,
        effect_committed boolean NOT NULL DEFAULT false,
        response bytea,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (owner_id, operation, key_hash)
    );
    CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

    -- Not logged: after a crash every limit starts over, which is harmless.
    CREATE UNLOGGED TABLE rate_limits (
        subject text PRIMARY KEY,
        empty_at timestamptz NOT NULL
    );

    CREATE TABLE leases (
        name text PRIMARY KEY,
        holder uuid NOT NULL,
        held_until timestamptz NOT NULL
    );
"""


def upgrade() -> None:
    op.execute(FUNCTIONS)
    op.execute(UPGRADE)
    secure("users", owner="id")
    for table in ("credentials", "sessions", "refresh_tokens", "api_keys", "idempotency_keys"):
        secure(table)
    for table in ("login_failures", "outbox", "rate_limits", "leases"):
        grant(table)


def downgrade() -> None:
    op.execute("""
        DROP TABLE leases, rate_limits, idempotency_keys, outbox, login_failures, api_keys,
            refresh_tokens, sessions, credentials, users;
        DROP FUNCTION mara_scope_owner(), mara_scope_is_system();
    """)
