"""EventBridge rate(15 minutes) - recompute all balances from postings; alarm on a difference."""

from mara.entrypoints.schedule import schedule
from mara.wiring.ledger import audit_service

handler = schedule("verify-ledger")(lambda _now: audit_service().verify_and_record())
