"""Proof 5: export and erasure agree with a brute-force search for all that is the user's."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from zlib import crc32

import boto3
import psycopg
import pytest

from infra.local.simulators.telegram.server import SimulatedTelegram
from mara.erasure.adapters.data_jobs import PostgresDataJobs
from mara.erasure.model.data_job import SETTLING, JobState
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.telegram.model.platform_bot import PLATFORM_ACCOUNT
from mara.wallets.model import Network
from mara.wiring.erasure import erasure_requests, export_requests
from mara.wiring.erasure_work import data_job_runner, eraser
from mara.wiring.telegram_platform import account_link_service
from tests.support.accounts import PASSWORD, Account
from tests.support.canaries import (
    CANARY,
    fill,
    hidden_canaries,
    objects_with,
    queues_with,
    tables_with,
)
from tests.support.chain_labs import aptos_connected
from tests.support.cloud import BUCKET, storage_and_queues
from tests.support.connected_telegram import make_connected_bot, telegram_connected
from tests.support.platform_bots import PERSON
from tests.support.scanning import begin_scans
from tests.support.tenants import Rows, make_tenant

WORD = "obsidian"
MESSAGE = "outgoing_messages (chat_id, priority, rank, due_at, state, attempts, is_plain"
TALK = {
    "bot_lanes (name": "'chat:' || {id}",
    "bot_updates (lane, update_id, body, state, attempts, received_at": (
        "'chat:' || {id}, {id}, 'x', 'waiting', 0, now()"
    ),
    "bot_replies (chat_id, sender_id, update_id, kind, at": "{id}, {id}, {id}, 'question', now()",
    "bot_chat_paces (chat_id": "{id}",
    f"{MESSAGE}, id, parts, buttons, telegram_ids": (
        "{id}, 'answer', 1, now(), 'queued', 0, false, gen_random_uuid(), '[]', '[]', '{{}}'"
    ),
}
OF_THE_BOOKS = {"ledger_transfers", "ledger_lots", "ledger_lot_states"}
"""The fixture calls its deposit by the word: a key of the books."""


class Mails:
    def __init__(self) -> None:
        self.sent: list[Any] = []

    def send(self, mail: Any) -> None:
        self.sent.append(mail)


@pytest.fixture(autouse=True)
def telegram(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedTelegram]:
    with (
        storage_and_queues(),
        aptos_connected(monkeypatch),
        telegram_connected(monkeypatch) as started,
    ):
        yield started


def export(account: Account) -> str:
    """Everything in the file of an export, bytes as the texts that they are."""
    job, link = export_requests().request(account.principal)
    assert link is None
    data_job_runner().run(job.id)
    ready, link = export_requests().request(account.principal)
    assert link
    found = boto3.client("s3").get_object(Bucket=BUCKET, Key=ready.object_key)
    with zipfile.ZipFile(io.BytesIO(found["Body"].read())) as archive:
        assert archive.testzip() is None
        text = "".join(archive.read(name).decode() for name in archive.namelist())
    return text + "".join(_texts_of_bytes(text))


def erase(account: Account) -> tuple[Mapping[str, Any], Mails]:
    """The certificate, and the mails that were sent."""
    job = erasure_requests().request(account.principal, PASSWORD, give_up_balance=True)
    mails = Mails()
    work = replace(eraser(), mailer=mails)
    runner = replace(data_job_runner(), work=work.run)
    runner.run(job.id)
    later = replace(work, now=lambda: now() + SETTLING)
    replace(runner, work=later.run, now=later.now).run(job.id)
    with transaction(SYSTEM):
        done = PostgresDataJobs().get(job.id)
    assert done.state is JobState.DONE
    assert done.certificate
    return done.certificate, mails


def test_an_erased_user_is_found_nowhere_and_the_export_had_everything(
    rows: psycopg.Connection[Any], telegram: SimulatedTelegram, log: io.StringIO
) -> None:
    begin_scans()
    vera = make_tenant("vera", WORD)
    other = make_tenant("boris", "granite", network=Network.APTOS)
    bot = make_connected_bot(vera.account, vera.ids["agent_id"], telegram)
    owner_id = vera.account.id
    canaries = fill(rows, owner_id)
    rows.execute(
        "UPDATE users SET full_name = %s, company = %s, telegram_chat_id = 99 WHERE id = %s",
        [CANARY, CANARY, owner_id],
    )
    rows.execute(
        "UPDATE invoices SET buyer = jsonb_build_object('name', %s::text) WHERE owner_id = %s",
        [CANARY, owner_id],
    )
    s3 = boto3.client("s3")
    for folder in ("objects", "incoming"):
        key = f"{folder}/{owner_id}/{vera.ids['document_id']}"
        s3.put_object(Bucket=BUCKET, Key=key, Body=f"{CANARY}-file {WORD}".encode())
    person = talk_to_the_platform(rows, PERSON + crc32(WORD.encode()))
    stranger = talk_to_the_platform(rows, PERSON + crc32(b"granite"))
    kept = Rows(rows, other.account.id).all()

    exported = export(vera.account)
    hidden = hidden_canaries()
    assert {canary for canary in canaries if f'{canary}"' not in exported} - hidden == set()
    assert {canary for canary in hidden if f'{canary}"' in exported} == set()
    assert f"{CANARY}-file" in exported

    certificate, mails = erase(vera.account)
    assert not any(one["left"] for one in certificate["erased"])
    deleted = {one["kind"]: one["deleted"] for one in certificate["erased"]}
    assert deleted["answers"] >= 2
    assert deleted["objects"] == 3
    assert deleted["api_keys"] >= 1
    assert deleted["webhooks at Telegram"] == 2
    assert bot.bot.webhook is None
    assert [mail.to for mail in mails.sent] == [vera.account.email]

    assert tables_with(rows, CANARY) == set()
    assert tables_with(rows, WORD) <= OF_THE_BOOKS
    assert tables_with(rows, vera.account.email) == set()
    assert tables_with(rows, person) == set()
    assert tables_with(rows, stranger) >= {key.split()[0] for key in TALK}
    for word in (CANARY, WORD, vera.account.email):
        assert objects_with(word) == set()
        assert queues_with(word) == set()
        assert word not in log.getvalue()
    assert Rows(rows, other.account.id).all() == kept


@pytest.mark.usefixtures("log")
def test_nothing_is_left_of_a_person_who_was_unlinked_before(rows: psycopg.Connection[Any]) -> None:
    begin_scans()
    vera = make_tenant("vera", WORD)
    telegram_id = PERSON + crc32(WORD.encode())
    person = talk_to_the_platform(rows, telegram_id)
    stranger = talk_to_the_platform(rows, PERSON + crc32(b"granite"))
    assert tables_with(rows, person) > {key.split()[0] for key in TALK}
    account_link_service().remove(vera.account.principal)
    assert tables_with(rows, person) == set()
    erase(vera.account)
    assert tables_with(rows, person) == set()
    assert tables_with(rows, stranger) >= {key.split()[0] for key in TALK}


def talk_to_the_platform(rows: psycopg.Connection[Any], telegram_id: int) -> str:
    """The platform's bot got a message of the linked person, and answers; the id as a text."""
    for table, values in TALK.items():
        rows.execute(
            f"INSERT INTO {table}, config_id, owner_id)"
            f" SELECT {values.format(id=telegram_id)}, id, owner_id FROM bot_configs"
            f" WHERE owner_id = '{PLATFORM_ACCOUNT}'"
        )
    return str(telegram_id)


def _texts_of_bytes(text: str) -> Iterator[str]:
    for part in text.split('"\\\\x')[1:]:
        yield bytes.fromhex(part.split('"')[0]).decode(errors="replace") + '"'
