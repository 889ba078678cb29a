"""EventBridge rate(1 minute) - continue the chain of the audit, and anchor its head."""

from mara.entrypoints.schedule import schedule
from mara.wiring.audit import chain_service

handler = schedule("chain-audit")(lambda _now: chain_service().continue_chain())
