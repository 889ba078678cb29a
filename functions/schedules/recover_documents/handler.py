"""EventBridge rate(1 minute) - resume documents, exports and erasures whose next step was lost."""

from datetime import datetime

from mara.entrypoints.schedule import schedule
from mara.wiring.documents import recovery_service
from mara.wiring.erasure import recover


def _recover(now: datetime) -> object:
    return {**recover(now), "documents": recovery_service().recover(now)}


handler = schedule("recover-documents")(_recover)
