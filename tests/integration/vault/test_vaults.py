"""Vaults against the real PostgreSQL, with real concurrency."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import psycopg
import pytest
from psycopg import errors

from mara.kernel.envelope import DecryptionFailed, KeysUnavailable
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, disconnect, transaction
from mara.vault.adapters.derivation import StandardDerivation
from mara.vault.errors import VaultNotFound
from mara.vault.model import AccountKeys
from mara.wiring.vault import vault_service
from tests.support.accounts import make_account
from tests.support.vaults import open_seed, swap

Owner = psycopg.Connection[Any]
FORK = get_context("fork")

pytestmark = pytest.mark.usefixtures("database")


def open_in_a_process(caller: Principal) -> AccountKeys:
    try:
        return vault_service().get_or_create(caller)
    finally:
        disconnect()


class TestOpenVault:
    def test_makes_one_and_finds_it_ever_after(self, rows: Owner) -> None:
        caller = make_account().principal
        made = vault_service().get_or_create(caller)
        assert vault_service().get_or_create(caller) == made
        assert vault_service().account_keys(caller) == made
        assert count(rows) == 1

    def test_keeps_the_keys_that_follow_from_the_seed(self, rows: Owner) -> None:
        caller = make_account().principal
        made = vault_service().get_or_create(caller)
        derivation = StandardDerivation()
        with_seed = derivation.derive_account_keys(open_seed(rows, caller.user_id))
        assert made == with_seed
        assert vault_service().addresses(caller) == derivation.derive_addresses(with_seed, 0)

    def test_makes_one_seed_of_ten_calls_at_once(self, rows: Owner) -> None:
        caller = make_account().principal
        disconnect()  # a forked child must not share our connection
        with ProcessPoolExecutor(max_workers=10, mp_context=FORK) as pool:
            made = list(pool.map(open_in_a_process, [caller] * 10))
        assert count(rows) == 1
        kept = StandardDerivation().derive_account_keys(open_seed(rows, caller.user_id))
        assert made == [kept] * 10

    def test_gives_everybody_a_seed_of_their_own(self, rows: Owner) -> None:
        callers = [make_account(name).principal for name in ("anna", "boris", "vera")]
        made = [vault_service().get_or_create(caller) for caller in callers]
        assert len({keys.aptos for keys in made}) == 3
        assert count(rows) == 3

    def test_leaves_nothing_behind_where_the_key_service_fails(
        self, rows: Owner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        caller = make_account().principal
        monkeypatch.setenv("MARA_KEYS", "kms")
        arn = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"
        monkeypatch.setenv("MARA_SEED_KEY_ARN", arn)
        monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", "http://127.0.0.1:1")
        with pytest.raises(KeysUnavailable):
            vault_service().get_or_create(caller)
        assert count(rows) == 0

    def test_is_where_account_keys_come_from(self) -> None:
        with pytest.raises(VaultNotFound):
            vault_service().account_keys(make_account().principal)


class TestRow:
    """Invariant 4: ciphertext is bound to its row."""

    @pytest.fixture(autouse=True)
    def two_vaults(self, rows: Owner) -> list[Principal]:
        callers = [make_account(name).principal for name in ("anna", "boris")]
        for caller in callers:
            vault_service().get_or_create(caller)
            assert len(open_seed(rows, caller.user_id)) == 32
        return callers

    @pytest.mark.parametrize(
        "columns",
        [
            ("seed",),
            ("seed_nonce",),
            ("seed_wrapped_key",),
            ("owner_id",),
            ("seed", "seed_nonce"),
            ("seed", "seed_nonce", "seed_wrapped_key", "seed_key_id"),
        ],
        ids=" and ".join,
    )
    def test_opens_nothing_of_another(
        self, rows: Owner, two_vaults: list[Principal], columns: tuple[str, ...]
    ) -> None:
        swap(rows, *columns)
        for caller in two_vaults:
            with pytest.raises(DecryptionFailed):
                open_seed(rows, caller.user_id)
        swap(rows, *columns)
        for caller in two_vaults:
            assert len(open_seed(rows, caller.user_id)) == 32

    def test_is_seen_by_its_owner_alone(self, two_vaults: list[Principal]) -> None:
        """Invariant 2."""
        anna, boris = two_vaults
        with transaction(anna.user_id):
            seen = connection().execute("SELECT owner_id FROM vaults").fetchall()
        assert seen == [(anna.user_id,)]
        with transaction(boris.user_id), pytest.raises(errors.InsufficientPrivilege):
            connection().execute(
                "INSERT INTO vaults SELECT gen_random_uuid(), %s, evm_key, tron_key, aptos_key,"
                " seed_format, seed_key_id, seed_wrapped_key, seed_nonce, seed, created_at,"
                " wrapped_at FROM vaults",
                [anna.user_id],
            )

    @pytest.mark.parametrize(
        "statement",
        [
            "DELETE FROM vaults",
            "UPDATE vaults SET seed = seed",
            "UPDATE vaults SET seed_nonce = seed_nonce",
            "UPDATE vaults SET evm_key = tron_key",
            "UPDATE vaults SET owner_id = owner_id",
            "TRUNCATE vaults",
        ],
    )
    def test_cannot_be_lost_by_any_function(self, statement: str) -> None:
        with transaction(SYSTEM), pytest.raises(errors.InsufficientPrivilege):
            connection().execute(statement)

    def test_outlives_its_account(self, rows: Owner, two_vaults: list[Principal]) -> None:
        with pytest.raises(errors.ForeignKeyViolation):
            rows.execute("DELETE FROM users WHERE id = %s", [two_vaults[0].user_id])


def count(rows: Owner) -> int:
    found = rows.execute("SELECT count(*) FROM vaults").fetchone()
    return int(found[0]) if found else 0
