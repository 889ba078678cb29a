"""Documents within the limits of the plan: pages that are read, and bytes that are kept."""

from dataclasses import replace
from uuid import UUID

import pytest

from mara.billing.errors import UsageLimitReached
from mara.billing.model.meters import Meter
from mara.billing.service.usage_overview import MeterUse
from mara.documents.model import DocumentState, Failure
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from mara.search.errors import EmbeddingUnavailable
from mara.wiring.documents import ingestion_service, library_service
from mara.wiring.metering import level_service, usage_overview_service
from tests.support.billing import allowances, plan_version
from tests.support.cloud import Cloud
from tests.support.files import a_pdf
from tests.support.subscriptions import subscribe_now

pytestmark = pytest.mark.usefixtures("database")


def upload(caller: Principal, pages: int, name: str = "pages.pdf") -> UUID:
    content = a_pdf(*(f"Page {number} of {name}." for number in range(pages)))
    return library_service().upload(caller, name, content)[0].id


def state(caller: Principal, document_id: UUID) -> tuple[DocumentState, Failure | None]:
    document = library_service().get(caller, document_id)
    return document.state, document.failure


def use_of(caller: Principal, meter: Meter) -> MeterUse:
    meters = usage_overview_service().get(caller).meters
    return next(use for use in meters if use.meter is meter)


def pages_of(caller: Principal) -> tuple[int, int]:
    """Pages that are used, and those that are reserved."""
    use = use_of(caller, Meter.PAGES)
    return use.used, use.reserved


def subscribe(caller: Principal, code: str, **limits: int) -> None:
    subscribe_now(caller.user_id, plan_version(code, price=0, allowances=allowances(**limits)))


def end_subscription(caller: Principal) -> None:
    with transaction(SYSTEM):
        connection().execute(
            """UPDATE subscriptions SET state = 'ended', end_reason = 'cancelled', due_at = NULL
            WHERE owner_id = %s""",
            (caller.user_id,),
        )


class TestPages:
    def test_are_counted_when_a_document_is_ready(self, cloud: Cloud, anna: Principal) -> None:
        document_id = upload(anna, 3)
        assert pages_of(anna) == (0, 0)
        cloud.work()
        assert state(anna, document_id) == (DocumentState.READY, None)
        assert pages_of(anna) == (3, 0)

    def test_of_a_format_without_pages_are_one(self, cloud: Cloud, anna: Principal) -> None:
        library_service().upload(anna, "a.md", b"# Disk\n\nFree it.\n")
        cloud.work()
        assert pages_of(anna) == (1, 0)

    def test_above_the_plan_fail_the_document_which_is_read_once_there_is_room(
        self, cloud: Cloud, anna: Principal
    ) -> None:
        subscribe(anna, "two-pages", pages=2)
        document_id = upload(anna, 3)
        cloud.work()
        found, failure = state(anna, document_id)
        assert (found, failure and failure.code) == (DocumentState.FAILED, "usage_limit_reached")
        assert pages_of(anna) == (0, 0)
        end_subscription(anna)
        subscribe(anna, "three-pages", pages=3)
        library_service().retry(anna, document_id)
        cloud.work()
        assert state(anna, document_id) == (DocumentState.READY, None)
        assert pages_of(anna) == (3, 0)

    def test_of_a_document_that_cannot_be_read_cost_nothing(
        self, cloud: Cloud, anna: Principal
    ) -> None:
        library_service().upload(anna, "torn.pdf", b"%PDF-1.7 torn")
        cloud.work()
        assert pages_of(anna) == (0, 0)

    def test_are_given_back_where_embedding_fails_and_reserved_by_the_next_try(
        self, cloud: Cloud, anna: Principal
    ) -> None:
        document_id = upload(anna, 3)
        failing = replace(ingestion_service(), embedder=_NoEmbedder())  # type: ignore[arg-type]
        with pytest.raises(EmbeddingUnavailable):
            failing.ingest(document_id)
        assert pages_of(anna) == (0, 0)
        with transaction(SYSTEM):
            connection().execute("UPDATE documents SET lease_until = now() - interval '1 s'")
        cloud.work()
        assert state(anna, document_id)[0] is DocumentState.READY
        assert pages_of(anna) == (3, 0)

    def test_of_a_worker_that_was_killed_are_those_of_the_next(
        self, cloud: Cloud, anna: Principal
    ) -> None:
        subscribe(anna, "three-pages", pages=3)
        document_id = upload(anna, 3)
        ingestion_service().metering.reserve(anna.user_id, document_id, 3)
        cloud.work()
        assert state(anna, document_id)[0] is DocumentState.READY
        assert pages_of(anna) == (3, 0)


class TestStoredBytes:
    def test_are_counted_until_the_document_is_deleted(self, cloud: Cloud, anna: Principal) -> None:
        document_id = upload(anna, 1)
        assert use_of(anna, Meter.STORED_MB).used == 1
        library_service().delete(anna, document_id)
        assert use_of(anna, Meter.STORED_MB).used == 0
        cloud.work()
        assert level_service().recount() == {"differences": 0}

    def test_are_counted_once_for_the_same_file(self, cloud: Cloud, anna: Principal) -> None:
        for _ in range(2):
            upload(anna, 1)
        assert level_service().recount() == {"differences": 0}

    def test_above_the_plan_are_not_accepted(self, anna: Principal) -> None:
        subscribe(anna, "one-megabyte", stored_mb=1)
        library_service().begin_upload(anna, "a.txt", 600_000, "a" * 64)
        with pytest.raises(UsageLimitReached) as refused:
            library_service().begin_upload(anna, "b.txt", 600_000, "b" * 64)
        rule = refused.value.extensions["rule"]
        assert rule == {
            "name": "level",
            "plan": "one-megabyte",
            "meter": Meter.STORED_MB,
            "included": 1,
            "used": 1,
            "reserved": 0,
            "requested": 1,
        }
        library_service().begin_upload(anna, "c.txt", 400_000, "c" * 64)
        assert level_service().recount() == {"differences": 0}


class _NoEmbedder:
    tokens_max = 512

    def count_tokens(self, text: str) -> int:
        return len(text)

    def embed_passages(self, texts: object) -> object:
        raise EmbeddingUnavailable("Later.")
