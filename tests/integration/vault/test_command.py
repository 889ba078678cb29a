"""`mara vault rewrap`, as an operator calls it."""

import json
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from infra.local.cli import main
from mara.kernel.secret import Secret
from mara.platform.database import transaction
from mara.wiring.connection_secrets import secret_store
from mara.wiring.vault import vault_service
from tests.support.accounts import make_account
from tests.support.environment import LOCAL_KEYS, clear_caches
from tests.support.vaults import open_seed


@pytest.fixture
def rotated(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A vault and a connection secret under the first key, and a second one that wraps now."""
    caller = make_account().principal
    vault_service().get_or_create(caller)
    store = secret_store()
    sealed = store.seal(caller.user_id, Secret(bytearray(b"token")))
    with transaction(caller.user_id):
        store.add(sealed)
    monkeypatch.setenv("MARA_LOCAL_KEYS", json.dumps({"local-2": "0f" * 32, **LOCAL_KEYS}))
    clear_caches()


@pytest.mark.usefixtures("rotated")
class TestVaultRewrap:
    def test_tells_how_many_it_rewrapped(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["vault", "rewrap"]) == 0
        assert main(["vault", "rewrap"]) == 0
        assert capsys.readouterr().out == (
            "1 vaults and 1 connection secrets rewrapped\n"
            "0 vaults and 0 connection secrets rewrapped\n"
        )

    def test_takes_a_moment_with_and_without_a_time_zone(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        tomorrow = datetime.now(UTC).replace(year=datetime.now(UTC).year + 1, day=1)
        for moment in (tomorrow.isoformat(), tomorrow.replace(tzinfo=None).isoformat()):
            assert main(["vault", "rewrap", "--before", moment]) == 0
        assert capsys.readouterr().out == 2 * "1 vaults and 1 connection secrets rewrapped\n"

    def test_names_what_does_not_open_and_fails(
        self, rows: psycopg.Connection[Any], capsys: pytest.CaptureFixture[str]
    ) -> None:
        found = rows.execute("SELECT id, owner_id, seed_wrapped_key FROM vaults").fetchone()
        assert found is not None
        id_, owner_id, wrapped = found
        change = "UPDATE vaults SET seed_wrapped_key = %s"
        rows.execute(change, [bytes(len(wrapped))])
        assert main(["vault", "rewrap"]) == 1
        assert f"cannot be unwrapped: {id_}" in capsys.readouterr().err
        rows.execute(change, [wrapped])
        assert main(["vault", "rewrap"]) == 0
        assert len(open_seed(rows, owner_id)) == 32
