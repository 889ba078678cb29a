"""Builds the work of exports and erasures from production adapters."""

import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import bindparam, select

from mara.documents.adapters.tables import documents
from mara.erasure.adapters.data_jobs import PostgresDataJobs
from mara.erasure.adapters.owned_rows import PostgresOwnedRows
from mara.erasure.model.data_job import DataJob, JobKind
from mara.erasure.ports import OwnedPassages
from mara.erasure.service.data_jobs import DataJobRunner
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.platform.sql import fetch_value
from mara.wiring.erasure import owned_objects
from mara.wiring.schema import metadata

if TYPE_CHECKING:
    from mara.erasure.service.erasing import Eraser
    from mara.erasure.service.exporting import Exporter
    from mara.telegram.model.silenced import Silenced

WAIT_S = 10
"""How long an erasure waits for transactions before it is tried again later."""
NAME_OF = select(documents.c.filename).where(
    documents.c.owner_id == bindparam("owner_id"),
    documents.c.id == bindparam("id"),
    documents.c.deleted_at.is_(None),
)


@cache
def data_job_runner() -> DataJobRunner:
    """Exports and erasures, as workers do them."""
    return DataJobRunner(PostgresDataJobs(), _work, transaction, now)


def _work(job: DataJob) -> None:
    if job.kind is JobKind.EXPORT:
        exporter().run(job)
    else:
        eraser().run(job)


@cache
def exporter() -> "Exporter":
    """Exports."""
    from mara.erasure.service.exporting import Exporter

    return Exporter(
        jobs=PostgresDataJobs(),
        rows=PostgresOwnedRows(metadata),
        objects=owned_objects(),
        name_of=lambda owner_id, document_id: fetch_value(
            NAME_OF, owner_id=owner_id, id=document_id
        ),
        invoices=_invoices,
        unit_of_work=transaction,
        now=now,
    )


@cache
def eraser() -> "Eraser":
    """Erasures."""
    from mara.erasure.adapters.writers import PostgresWriters
    from mara.erasure.service.erasing import Eraser
    from mara.platform.ses import SesMailer
    from mara.platform.settings.mail import MailSettings
    from mara.telegram.adapters.platform_talk import forget_linked_person

    return Eraser(
        jobs=PostgresDataJobs(),
        rows=PostgresOwnedRows(metadata),
        objects=owned_objects(),
        passages=_passages(),
        writers=PostgresWriters(),
        silence_bots=_silence_bots,
        forget_person=forget_linked_person,
        mailer=SesMailer(MailSettings().mail_from),
        unit_of_work=transaction,
        now=now,
        wait_for=_wait_for,
    )


def _silence_bots(owner_id: UUID) -> "Silenced":
    from mara.platform.settings.telegram import telegram_settings
    from mara.telegram.adapters.aiogram_api import AiogramBotApi
    from mara.telegram.adapters.bot_configs import PostgresBotConfigs
    from mara.telegram.service.bot_silencing import BotSilencing
    from mara.wiring.connection_secrets import secret_store

    api = AiogramBotApi(telegram_settings().telegram_api_url)
    return BotSilencing(PostgresBotConfigs(), secret_store(), api, transaction).silence(owner_id)


def _passages() -> OwnedPassages:
    from mara.platform.settings.search import SearchSettings
    from mara.search.adapters.owner_passages import NoPassages, OpenSearchOwnerPassages
    from mara.wiring.search import configured_index

    settings = SearchSettings()  # type: ignore[call-arg]  # from the environment
    if not settings.opensearch_url:
        return NoPassages()
    return OpenSearchOwnerPassages(configured_index().space, settings.opensearch_prefix)


def _invoices(owner_id: UUID) -> Iterator[tuple[str, bytes]]:
    """The user's invoices and credit notes as pages of HTML."""
    from mara.billing.adapters.document_html import HtmlDocuments
    from mara.billing.model.document_view import view_of
    from mara.kernel.page import LIMIT_MAX, PageRequest
    from mara.kernel.principal import Principal, Role
    from mara.users.model import Locale
    from mara.wiring.invoices import invoice_service

    owner, after, service = Principal(owner_id, Role.USER), None, invoice_service()
    while True:
        page = service.list(owner, PageRequest(LIMIT_MAX, after))
        for one in page.items:
            document = service.get(owner, one.id)
            for locale in Locale:
                name = f"{document.kind}-{document.number or one.id}.{locale.value}.html"
                yield name, HtmlDocuments().render(view_of(document, locale)).content
        if page.next_cursor is None:
            return
        after = page.items[-1].id


def _wait_for(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + WAIT_S
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True
