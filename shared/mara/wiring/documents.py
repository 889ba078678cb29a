"""Assembles the document services from their production adapters."""

from functools import cache
from typing import TYPE_CHECKING

from mara.documents.adapters.postgres import PostgresDocuments
from mara.documents.adapters.postgres_ownership import PostgresOwnDocuments
from mara.documents.adapters.s3 import S3Storage
from mara.documents.ports import Extractor, Storage
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.platform.outbox import publish
from mara.platform.outbox_rows import publish_by_relay
from mara.platform.settings.storage import StorageSettings
from mara.wiring.search import embedder, search_index

if TYPE_CHECKING:
    from mara.documents.service.acceptance import AcceptanceService
    from mara.documents.service.analysis import AnalysisService
    from mara.documents.service.ingestion import IngestionService
    from mara.documents.service.library import LibraryService
    from mara.documents.service.ownership import OwnershipService
    from mara.documents.service.purge import PurgeService
    from mara.documents.service.recovery import RecoveryService


@cache
def storage() -> Storage:
    """The object storage of documents."""
    return S3Storage(StorageSettings().bucket)  # type: ignore[call-arg]  # from the environment


@cache
def ownership_service() -> "OwnershipService":
    """Ownership checks."""
    from mara.documents.service.ownership import OwnershipService

    return OwnershipService(PostgresOwnDocuments(), transaction)


@cache
def library_service() -> "LibraryService":
    """The owner's use cases."""
    from mara.billing.adapters.stored_level import PlanStorageLevel
    from mara.documents.service.library import LibraryService
    from mara.wiring.metering import level_service

    return LibraryService(
        PostgresDocuments(),
        storage(),
        search_index(),
        PlanStorageLevel(level_service()),
        publish,
        transaction,
        now,
    )


@cache
def acceptance_service() -> "AcceptanceService":
    """Verification of presigned uploads."""
    from mara.documents.service.acceptance import AcceptanceService

    return AcceptanceService(
        PostgresDocuments(), storage(), publish, publish_by_relay, transaction, now
    )


@cache
def extractor() -> Extractor:
    """The reader of files, in a child process."""
    from mara.extraction.extractor import ChildProcessExtractor
    from mara.platform.settings.ocr import OcrSettings

    return ChildProcessExtractor(ocr=OcrSettings().ocr)


@cache
def ingestion_service() -> "IngestionService":
    """Ingestion into the active index."""
    from mara.billing.adapters.page_metering import PlanPageMetering
    from mara.documents.service.ingestion import IngestionService
    from mara.wiring.metering import metering

    return IngestionService(
        documents=PostgresDocuments(),
        storage=storage(),
        extractor=extractor(),
        embedder=embedder(),
        index=search_index(),
        metering=PlanPageMetering(metering()),
        publish=publish_by_relay,
        unit_of_work=transaction,
        now=now,
    )


@cache
def purge_service() -> "PurgeService":
    """The purge of deleted documents."""
    from mara.documents.service.purge import PurgeService

    return PurgeService(PostgresDocuments(), storage(), search_index(), transaction)


@cache
def recovery_service() -> "RecoveryService":
    """The watchdog of lost steps."""
    from mara.documents.service.recovery import RecoveryService

    return RecoveryService(PostgresDocuments(), publish, publish_by_relay, transaction)


@cache
def analysis_service() -> "AnalysisService":
    """Summaries of documents."""
    from mara.documents.adapters.postgres_analyses import PostgresAnalyses
    from mara.documents.service.analysis import AnalysisService
    from mara.wiring.language_model import language_model

    return AnalysisService(
        documents=PostgresDocuments(),
        index=search_index(),
        embedder=embedder(),
        analyses=PostgresAnalyses(),
        language_model=language_model(),
        publish=publish,
        unit_of_work=transaction,
        now=now,
    )
