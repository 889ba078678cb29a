"""EventBridge rate(15 minutes) - derive every balance from postings; a difference is an alarm."""

from mara.entrypoints.schedule import schedule
from mara.wiring.ledger import audit_service

handler = schedule("verify-ledger")(lambda _now: audit_service().verify_and_record())
