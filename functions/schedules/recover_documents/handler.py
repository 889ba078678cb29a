"""EventBridge rate(1 minute) - take the lost next step of documents that got stuck."""

from mara.entrypoints.schedule import schedule
from mara.wiring.documents import recovery_service

handler = schedule("recover-documents")(lambda now: recovery_service().recover(now))
