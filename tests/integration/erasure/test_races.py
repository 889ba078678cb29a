"""An erasure while others work for the account: nothing of theirs is left behind."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from os import urandom
from threading import Thread
from time import sleep
from typing import Any
from uuid import UUID

import boto3
import psycopg
import pytest

from infra.local.postgres import ADMIN, PostgresServer
from mara.auth.model.devices import Device
from mara.erasure.adapters.data_jobs import PostgresDataJobs
from mara.erasure.adapters.s3_archive import PART
from mara.erasure.errors import ErasureUnfinished
from mara.erasure.model.certificate import UNSILENCED
from mara.erasure.model.data_job import LEASE, SETTLING, DataJob, JobState
from mara.erasure.service.erasing import SILENCING_TRIED
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.model import Cause
from mara.operations.adapters.gauge_queries import OLDEST
from mara.platform.clock import now
from mara.platform.database import ErasedMeanwhile, connection, transaction
from mara.platform.ses import MailServiceUnavailable, NoMailSender
from mara.queues.adapters.queue_figures import PostgresFigures
from mara.telegram.model.silenced import Silenced
from mara.users.errors import UserErased
from mara.users.model import ERASED_DOMAIN, Profile
from mara.wiring.auth import session_service
from mara.wiring.credits import credit_service
from mara.wiring.erasure import erasure_requests, export_requests, owned_objects, recover
from mara.wiring.erasure_work import data_job_runner, eraser, exporter
from mara.wiring.ledger import ledger_service, lot_service
from mara.wiring.subscriptions import subscription_service
from mara.wiring.users import profile_service, user_administration_service
from tests.support.accounts import PASSWORD, Account, make_account
from tests.support.billing import plan_version
from tests.support.cloud import BUCKET, storage_and_queues
from tests.support.connected_telegram import give_config
from tests.support.subscriptions import add_plan

INSERT = "INSERT INTO disconnected_bots (id, owner_id, at) VALUES (gen_random_uuid(), %s, now())"
ROWS = "SELECT count(*) FROM disconnected_bots WHERE owner_id = %s"


@pytest.fixture(autouse=True)
def cloud(database: str) -> Iterator[None]:
    with storage_and_queues():
        yield


@pytest.fixture
def anna() -> Account:
    return make_account("anna")


def request(account: Account) -> DataJob:
    return erasure_requests().request(account.principal, PASSWORD, give_up_balance=True)


def state_of(job: DataJob) -> DataJob:
    with transaction(SYSTEM):
        return PostgresDataJobs().get(job.id)


def count(rows: psycopg.Connection[Any], account: Account) -> int:
    found = rows.execute(ROWS, [account.id]).fetchone()
    assert found
    return int(found[0])


class TestWriters:
    def test_that_come_later_are_refused_and_their_message_is_acknowledged(
        self, anna: Account
    ) -> None:
        request(anna)
        for scope in (SYSTEM, anna.id):
            with pytest.raises(ErasedMeanwhile), transaction(scope):
                connection().execute(INSERT, (anna.id,))

    def test_of_the_profile_and_the_role_find_the_account_erased(self, anna: Account) -> None:
        request(anna)
        profiles, address = profile_service(), f"{anna.id}{ERASED_DOMAIN}"
        with pytest.raises(UserErased):
            profiles.change(anna.principal, {"full_name": "Anna"})
        with pytest.raises(UserErased):
            profiles.update(anna.principal, Profile(full_name="Anna"))
        with pytest.raises(UserErased):
            user_administration_service().appoint_superuser(address)
        assert profiles.get(anna.principal).profile == Profile()

    def test_of_subscriptions_credits_and_exports_begin_nothing(self, anna: Account) -> None:
        add_plan(plan_version("team"))
        request(anna)
        with pytest.raises(ErasedMeanwhile):
            subscription_service().subscribe(anna.principal, "team")
        with pytest.raises(ErasedMeanwhile):
            credit_service().give(make_account("root").principal, anna.id, 1_000_000, "promotion")
        with pytest.raises(ErasedMeanwhile):
            export_requests().request(anna.principal)

    def test_that_are_busy_are_waited_for(
        self,
        anna: Account,
        rows: psycopg.Connection[Any],
        postgres: PostgresServer,
        database: str,
    ) -> None:
        with psycopg.connect(postgres.url(ADMIN, database.rsplit("/", 1)[1])) as writer:
            # As a table without a key to users: such a key makes the request itself wait.
            writer.execute("SET session_replication_role = replica")
            writer.execute(INSERT, [anna.id])
            job = request(anna)
            impatient = replace(eraser(), wait_for=lambda are_gone: are_gone())
            with pytest.raises(ErasureUnfinished):
                impatient.run(job)
            writer.commit()
        assert count(rows, anna) == 1
        eraser().run(job)
        assert count(rows, anna) == 0

    def test_an_upload_that_ends_during_the_work_is_deleted_before_the_certificate(
        self, anna: Account
    ) -> None:
        job = request(anna)
        assert eraser().run(job).state is JobState.SETTLING
        key = f"incoming/{anna.id}/late"
        boto3.client("s3").put_object(Bucket=BUCKET, Key=key, Body=b"late")
        work = replace(eraser(), now=lambda: now() + SETTLING, mailer=Mailer())
        done = work.run(state_of(job))
        assert done.certificate is not None
        assert {"kind": "objects", "deleted": 1, "left": 0} in done.certificate["erased"]


def subscribe(account: Account) -> Callable[[], object]:
    add_plan(plan_version("team"))
    return lambda: subscription_service().subscribe(account.principal, "team")


def take_back(account: Account) -> Callable[[], object]:
    root, service = make_account("root").principal, credit_service()
    credit = service.give(root, account.id, 2_000_000, "promotion")
    lot_service().catch_up(account.id)  # else it waits there, with nothing locked
    return lambda: service.take_back(root, account.id, credit.id, "a mistake")


def refresh(account: Account) -> Callable[[], object]:
    device = Device("192.0.2.7", "other")
    return lambda: session_service().refresh(account.refresh_token, device=device)


class TestTheOrderOfLocks:
    """Drop ``hold``, or store the use of a session before its token, to see it fail."""

    @pytest.mark.parametrize("prepare", [subscribe, take_back, refresh])
    def test_is_that_of_an_erasure_the_user_then_the_money_and_the_sessions(
        self,
        prepare: Callable[[Account], Callable[[], object]],
        anna: Account,
        rows: psycopg.Connection[Any],
        database: str,
    ) -> None:
        credit_service().give(make_account("olga").principal, anna.id, 1_000_000, "promotion")
        failures: list[Exception] = []
        work = prepare(anna)

        def run() -> None:
            try:
                work()
            except Exception as error:  # noqa: BLE001 - a thread must hand over what it raised
                failures.append(error)

        worker = Thread(target=run)
        waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        with psycopg.connect(database) as erasure:
            erasure.execute("SELECT set_config('mara.scope', 'system', true)")
            erasure.execute("SELECT 1 FROM users WHERE id = %s FOR UPDATE", [anna.id])
            worker.start()
            while worker.is_alive() and rows.execute(waits).fetchone() == (0,):
                sleep(0.01)
            assert worker.is_alive()
            erasure.execute("SET LOCAL lock_timeout = '1s'")
            erasure.execute("SELECT * FROM ledger_lock(%s)", [[anna.id]])
            erasure.execute("SELECT 1 FROM sessions FOR NO KEY UPDATE")
            erasure.rollback()
        worker.join()
        assert failures == []


class Mailer:
    def send(self, mail: object) -> None:
        """Take it."""


class Killed(BaseException):
    """The process ends here."""


class TestACrash:
    @pytest.mark.parametrize("step", ["silence_bots", "passages", "objects", "mailer"])
    def test_at_any_step_is_made_good_by_the_next_run(
        self, step: str, anna: Account, rows: psycopg.Connection[Any]
    ) -> None:
        rows.execute(INSERT, [anna.id])
        job = request(anna)
        work = replace(eraser(), mailer=Mailer(), now=lambda: now() + SETTLING)
        runner = replace(data_job_runner(), now=work.now)
        dying: dict[str, Any] = {step: Killing()}
        killed = replace(work, **dying)
        with pytest.raises(Killed):
            replace(runner, work=killed.run).run(job.id)
        assert state_of(job).state is JobState.WAITING
        later = replace(runner, work=work.run, now=lambda: now() + SETTLING + LEASE)
        later.run(job.id)
        done = state_of(job)
        assert (done.state, done.mail_to) == (JobState.DONE, None)
        assert done.counts["disconnected_bots"] == 1

    def test_a_lost_message_is_sent_again_by_the_schedule(self, anna: Account) -> None:
        request(anna)
        assert recover(now())["data_jobs"] == 1


class TestAnExportOfAClosedAccount:
    def test_stores_nothing(self, anna: Account) -> None:
        job, _ = export_requests().request(anna.principal)

        def close(owner_id: UUID) -> list[tuple[str, bytes]]:
            assert owner_id == anna.id
            request(anna)
            return []

        work = replace(exporter(), invoices=close)
        replace(data_job_runner(), work=work.run).run(job.id)
        assert state_of(job).state is JobState.FAILED
        assert owned_objects().count(anna.id) == 0

    def test_loses_the_parts_that_it_has_uploaded(self, anna: Account) -> None:
        job, _ = export_requests().request(anna.principal)
        with pytest.raises(Killed), owned_objects().archive(job) as archive:
            archive.add("large", [urandom(PART + 1)])
            assert owned_objects().count(anna.id) == 1
            eraser().run(request(anna))
            assert owned_objects().count(anna.id) == 0
            raise Killed


class TestTelegramOutOfReach:
    def work(self, job: DataJob, at: datetime, silenced: Silenced) -> DataJob:
        bots = replace(eraser(), silence_bots=lambda _: silenced)
        return replace(bots, mailer=Mailer(), now=lambda: at).run(state_of(job))

    def test_delays_the_deletion_of_tokens_alone_and_for_a_day_at_most(
        self, anna: Account, rows: psycopg.Connection[Any]
    ) -> None:
        rows.execute(INSERT, [anna.id])
        give_config(anna.id, new_id(), "bot", 7)
        job = request(anna)
        down = Silenced(removed=1, unreached=1)
        with pytest.raises(ErasureUnfinished):
            self.work(job, now(), down)
        bots = "SELECT count(*) FROM bot_configs WHERE owner_id = %s"
        assert rows.execute(bots, [anna.id]).fetchone() == (1,)
        assert count(rows, anna) == 0
        done = self.work(job, now() + SILENCING_TRIED, down)
        assert rows.execute(bots, [anna.id]).fetchone() == (0,)
        assert done.certificate is not None
        assert UNSILENCED in [one["what"] for one in done.certificate["kept"]]
        erased = {one["kind"]: one["deleted"] for one in done.certificate["erased"]}
        assert erased["webhooks at Telegram"] == 1
        assert UNSILENCED not in erased

    def test_is_seen_by_operators(self, anna: Account) -> None:
        request(anna)
        with transaction(SYSTEM):
            connection().execute("UPDATE data_jobs SET requested_at = now() - interval '1 hour'")
            found = connection().execute(OLDEST.statement).fetchall()
            figures = PostgresFigures().read(["handle-user-data"], now())
        assert [int(age) // 60 for _, work, age in found if work == "user-data"] == [40]
        assert figures["handle-user-data"].oldest_at is not None


class TestACertificateThatCannotBeSent:
    def work(self, mailer: Any) -> Any:
        work = replace(eraser(), mailer=mailer, now=lambda: now() + SETTLING)
        return replace(data_job_runner(), now=work.now, work=work.run)

    def test_is_kept_and_sent_later_without_a_second_erasure(self, anna: Account) -> None:
        job = request(anna)
        with pytest.raises(MailServiceUnavailable):
            self.work(FailingMailer(MailServiceUnavailable("Later."))).run(job.id)
        failed = state_of(job)
        assert failed.certificate is not None
        killing: Any = Killing()
        later = replace(eraser(), mailer=Mailer(), rows=killing)
        at = now() + SETTLING + LEASE
        replace(data_job_runner(), now=lambda: at, work=later.run).run(job.id)
        done = state_of(job)
        assert (done.state, done.certificate) == (JobState.DONE, failed.certificate)

    def test_ends_the_erasure_where_the_stage_has_no_sender(self, anna: Account) -> None:
        job = request(anna)
        self.work(FailingMailer(NoMailSender("Set it."))).run(job.id)
        done = state_of(job)
        assert (done.state, done.mail_to) == (JobState.DONE, None)
        assert done.certificate is not None


@dataclass(frozen=True)
class FailingMailer:
    error: Exception

    def send(self, mail: object) -> None:
        raise self.error


class Killing:
    def __call__(self, *_: object) -> int:
        raise Killed

    def __getattr__(self, name: str) -> "Killing":
        return Killing()


class TestADepositToAnErasedAccount:
    def test_stays_credited_and_is_reported(self, anna: Account) -> None:
        request(anna)
        with transaction(SYSTEM):
            ledger_service().credit_deposit(anna.id, "tron", 1_000_000, Cause("late", "late"))
        assert recover(now())["erased_with_money"] == 1
        admin = make_account("boris")
        assert erasure_requests().get(admin.principal, anna.id)[1] == 1_000_000
