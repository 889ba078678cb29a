"""EventBridge rate(1 minute) - resume documents whose next processing step was lost."""

from mara.entrypoints.schedule import schedule
from mara.wiring.documents import recovery_service

handler = schedule("recover-documents")(lambda now: recovery_service().recover(now))
