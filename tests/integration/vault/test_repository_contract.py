"""The contract of the repository of vaults: PostgreSQL and the fake of the fast tests."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from mara.kernel.envelope import EncryptedValue, WrappedKey
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import transaction
from mara.vault.adapters.postgres import PostgresVaults
from mara.vault.model import AccountKeys, ExtendedPublicKey, Vault
from mara.vault.ports import Vaults
from tests.support.fakes.database import FakeDatabase
from tests.support.fakes.vaults import FakeVaults
from tests.support.money import make_owner

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@dataclass(frozen=True)
class Store:
    vaults: Vaults
    make_owner: Callable[[], UUID]
    unit_of_work: Callable[..., AbstractContextManager[None]]

    def add(self, *vaults: Vault) -> list[bool]:
        with self.unit_of_work(SYSTEM):
            return [self.vaults.add(vault) for vault in vaults]

    def page(
        self, key_id: str, before: datetime | None = None, *, after: UUID | None = None, limit: int
    ) -> list[UUID]:
        with self.unit_of_work(SYSTEM):
            found = self.vaults.list_to_rewrap(key_id, before, after=after, limit=limit)
        return [vault.id for vault in found]


@pytest.fixture(params=["fake", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "fake":
        database = FakeDatabase()
        return Store(FakeVaults(database), new_id, database.unit_of_work)
    request.getfixturevalue("database")
    return Store(PostgresVaults(), make_owner, transaction)


def make_vault(owner_id: UUID, key_id: str = "old", *, wrapped_at: datetime = NOW) -> Vault:
    def extended(digit: int) -> ExtendedPublicKey:
        return ExtendedPublicKey(b"\x02" + bytes([digit]) * 32, bytes([digit + 1]) * 32)

    return Vault(
        id=new_id(),
        owner_id=owner_id,
        keys=AccountKeys(extended(1), extended(3), b"\x05" * 32),
        seed=EncryptedValue(
            1, WrappedKey(key_id, b"wrapped by " + key_id.encode()), b"n" * 12, b"s" * 48
        ),
        created_at=NOW,
        wrapped_at=wrapped_at,
    )


def rewrapped(vault: Vault, key_id: str = "new", at: datetime = LATER) -> Vault:
    key = WrappedKey(key_id, b"wrapped by " + key_id.encode())
    return replace(vault, seed=replace(vault.seed, key=key), wrapped_at=at)


class TestAdd:
    def test_stores_the_first_vault_of_an_owner_and_no_other(self, store: Store) -> None:
        owner_id = store.make_owner()
        first = make_vault(owner_id)
        second = replace(make_vault(owner_id), keys=replace(first.keys, aptos=b"\x06" * 32))
        assert store.add(first, second) == [True, False]
        with store.unit_of_work(SYSTEM):
            assert store.vaults.get_account_keys(owner_id) == first.keys

    def test_stores_one_of_each_owner(self, store: Store) -> None:
        vaults = [make_vault(store.make_owner()) for _ in range(3)]
        assert store.add(*vaults) == [True] * 3

    def test_repeated_with_the_same_vault_stores_nothing(self, store: Store) -> None:
        vault = make_vault(store.make_owner())
        assert store.add(vault) == [True]
        assert store.add(vault) == [False]

    def test_is_undone_with_its_transaction(self, store: Store) -> None:
        owner_id = store.make_owner()
        with pytest.raises(ZeroDivisionError), store.unit_of_work(SYSTEM):
            store.vaults.add(make_vault(owner_id))
            raise ZeroDivisionError
        with store.unit_of_work(SYSTEM):
            assert store.vaults.get_account_keys(owner_id) is None


class TestAccountKeys:
    def test_of_an_owner_without_a_vault_are_none(self, store: Store) -> None:
        with store.unit_of_work(SYSTEM):
            assert store.vaults.get_account_keys(new_id()) is None


class TestListToRewrap:
    def test_has_what_another_key_wraps_in_pages_by_id(self, store: Store) -> None:
        old = [make_vault(store.make_owner()) for _ in range(5)]
        store.add(*old, make_vault(store.make_owner(), "new"))
        ids = sorted(vault.id for vault in old)
        first = store.page("new", limit=3)
        rest = store.page("new", after=first[-1], limit=3)
        assert (first, rest) == (ids[:3], ids[3:])
        assert store.page("new", after=ids[-1], limit=3) == []

    @pytest.mark.parametrize(("age_s", "is_listed"), [(-1, True), (0, False), (1, False)])
    def test_has_what_was_wrapped_before_a_time(
        self, store: Store, age_s: int, *, is_listed: bool
    ) -> None:
        wrapped_at = NOW + timedelta(seconds=age_s)
        vault = make_vault(store.make_owner(), "new", wrapped_at=wrapped_at)
        store.add(vault)
        assert store.page("new", NOW, limit=9) == ([vault.id] if is_listed else [])

    def test_returns_whole_vaults(self, store: Store) -> None:
        vault = make_vault(store.make_owner())
        store.add(vault)
        with store.unit_of_work(SYSTEM):
            assert list(store.vaults.list_to_rewrap("new", None, after=None, limit=9)) == [vault]


class TestUpdateWrappedKey:
    def test_changes_the_key_and_the_time_and_nothing_else(self, store: Store) -> None:
        vault = make_vault(store.make_owner())
        store.add(vault)
        changed = rewrapped(vault)
        with store.unit_of_work(SYSTEM):
            assert store.vaults.update_wrapped_key(
                replace(changed, keys=replace(vault.keys, aptos=b"\x09" * 32), created_at=LATER),
                vault,
            )
            found = store.vaults.list_to_rewrap("none", None, after=None, limit=9)
        assert list(found) == [changed]

    def test_does_nothing_if_the_key_has_changed_meanwhile(self, store: Store) -> None:
        vault = make_vault(store.make_owner())
        store.add(vault)
        first, late = rewrapped(vault), rewrapped(vault, "late")
        with store.unit_of_work(SYSTEM):
            assert store.vaults.update_wrapped_key(first, vault)
            assert not store.vaults.update_wrapped_key(late, vault)
            found = store.vaults.list_to_rewrap("none", None, after=None, limit=9)
        assert list(found) == [first]

    def test_does_nothing_for_a_vault_that_is_not_there(self, store: Store) -> None:
        vault = make_vault(store.make_owner())
        with store.unit_of_work(SYSTEM):
            assert not store.vaults.update_wrapped_key(rewrapped(vault), vault)
