"""Subscribers with money for the benchmarks of billing, and the service that charges them."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

import psycopg

from infra.local.migrate import upgrade
from infra.local.postgres import ADMIN, APP, OWNER, PostgresServer, free_port

if TYPE_CHECKING:
    from mara.billing.service.charging import ChargingService
    from mara.kernel.messages import Message

VERSION: Final = UUID(int=2)
PRICE: Final = 10_000_000
MONEY: Final = 10 * PRICE
DATABASES: Final = ("bench", "tpcb")
PLAN: Final = f"""
    INSERT INTO plans VALUES ('{UUID(int=1)}', 'bench', '{{}}', 'public', false, now());
    INSERT INTO plan_versions VALUES ('{VERSION}', '{UUID(int=1)}', 1, {PRICE}, 0, 'month', 1, 0, 7,
        20, '{{"answers": null, "generated_tokens": null, "pages": null, "alerts": null,
        "stored_mb": null, "agents": null, "bots": null}}', '{{}}', '{{}}', now());
"""
USERS: Final = """
    INSERT INTO users (id, email, created_at, updated_at)
    SELECT uuidv7(), 'bench' || n || '@example.com', now(), now() FROM generate_series(1, %s) AS n
"""
# In lots of a thousand, as the ledger's arguments are.
DEPOSITS: Final = f"""
    SELECT count(*) FROM (SELECT ledger_post(jsonb_agg(jsonb_build_object('id', uuidv7(),
        'key', 'bench' || id, 'kind', 'deposit', 'reference', 'bench', 'owner_id', id,
        'ends_id', null, 'expires_at', null, 'created_at', now(),
        'accounts', jsonb_build_array('custody:tron', 'available'),
        'amounts', jsonb_build_array(-{MONEY}, {MONEY}))))
    FROM (SELECT id, row_number() OVER () / 1000 AS lot FROM users) u GROUP BY lot) AS posted
"""
SUBSCRIPTIONS: Final = f"""
    INSERT INTO subscriptions (id, owner_id, state, version_id, anchor, period_start, period_end,
        ever_paid, trial_reminded, overage_limit, events, changed_at, due_at)
    SELECT uuidv7(), id, 'active', '{VERSION}', ends - interval '1 month',
        ends - interval '1 month', ends, true, false, 0, 1, now() - interval '1 month', ends
    FROM (SELECT id, now() + make_interval(secs => %s + random()) AS ends FROM users) u
"""


class NoMetrics:
    """Implements ``BillingMetrics`` by recording nothing."""

    def record(self, set_aside: int) -> None:
        """Nothing is set aside here."""
        if set_aside:
            raise RuntimeError("a subscription was set aside")


@contextmanager
def database(subscriptions: int, *, due_in_s: float) -> Iterator[PostgresServer]:
    """A server with an empty database ``tpcb``, and ``bench`` with so many subscriptions."""
    with tempfile.TemporaryDirectory() as folder:
        # The server runs as an unprivileged user, who needs access to the folder.
        Path(folder).chmod(0o755)
        with PostgresServer(Path(folder) / "postgres", free_port()) as server:
            for name in DATABASES:
                server.ensure_database(name)
            upgrade(server.url(OWNER, "bench"))
            with psycopg.connect(server.url(ADMIN, "bench"), autocommit=True) as link:
                link.execute("SELECT set_config('mara.scope', 'system', false)")
                link.execute(PLAN.encode())
                link.execute(USERS, (subscriptions,))
                if due_in_s <= 0:
                    link.execute(DEPOSITS.encode())
                link.execute(SUBSCRIPTIONS.encode(), (due_in_s,))
                link.execute("VACUUM ANALYZE")
                link.execute("CHECKPOINT")
            yield server


def charging(server_url: str) -> "ChargingService":
    """The service as it is wired, but that messages are left to the relay."""
    os.environ.update(MARA_STAGE="local", MARA_DATABASE_URL=server_url, MARA_CHAINS="{}")
    from mara.wiring.billing import charging_service

    wired = charging_service()
    books = replace(wired.books, publish_all=_leave_to_relay)
    return replace(wired, books=books, metrics=NoMetrics())


def app_url(server: PostgresServer) -> str:
    """The address of ``bench`` for the role of the functions."""
    return server.url(APP, "bench")


def _leave_to_relay(messages: "Sequence[Message]") -> None:
    from mara.platform.outbox_rows import store

    store(messages, left_to_relay=True)
