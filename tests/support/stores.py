"""The repositories of money, real or fake, behind one interface for contract tests."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from mara.billing.adapters.accounts import PostgresAccounts
from mara.billing.adapters.credit_notes import PostgresCreditNotes
from mara.billing.adapters.plans import PostgresPlans
from mara.billing.ports import Accounts, CreditNotes, Plans
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import UnitOfWork
from mara.ledger.adapters.postgres import PostgresLedger
from mara.ledger.adapters.postgres_lots import PostgresLots
from mara.ledger.ports import LedgerRepository, LotRepository
from mara.platform.database import transaction
from mara.wallets.adapters.chain_statuses import PostgresChainStatuses
from mara.wallets.adapters.deposits import PostgresDeposits
from mara.wallets.adapters.scan_cursors import PostgresScanCursors
from mara.wallets.adapters.wallets import PostgresWallets
from mara.wallets.ports import ChainStatuses, Deposits, ScanCursors, Wallets
from tests.support.fakes.billing import FakeAccounts, FakeCreditNotes, FakePlans
from tests.support.fakes.database import FakeDatabase
from tests.support.fakes.ledger import FakeLedger
from tests.support.fakes.lots import FakeLots
from tests.support.fakes.wallets import (
    FakeChainStatuses,
    FakeDeposits,
    FakeScanCursors,
    FakeWallets,
)
from tests.support.money import make_owner


@dataclass(frozen=True)
class Store:
    """``make_owner`` adds a user without money."""

    unit_of_work: UnitOfWork
    make_owner: Callable[[], UUID]
    wallets: Wallets
    deposits: Deposits
    cursors: ScanCursors
    statuses: ChainStatuses
    ledger: LedgerRepository
    lots: LotRepository
    plans: Plans
    accounts: Accounts
    credit_notes: CreditNotes


def postgres_store() -> Store:
    """Needs the fixture ``database``."""
    return Store(
        transaction,
        make_owner,
        PostgresWallets(),
        PostgresDeposits(),
        PostgresScanCursors(),
        PostgresChainStatuses(),
        PostgresLedger(),
        PostgresLots(),
        PostgresPlans(),
        PostgresAccounts(),
        PostgresCreditNotes(),
    )


def fake_store(database: FakeDatabase | None = None) -> Store:
    database = database or FakeDatabase()
    return Store(
        database.unit_of_work,
        new_id,
        FakeWallets(database),
        FakeDeposits(database),
        FakeScanCursors(database),
        FakeChainStatuses(database),
        FakeLedger(database),
        FakeLots(database),
        FakePlans(database),
        FakeAccounts(database),
        FakeCreditNotes(database),
    )
