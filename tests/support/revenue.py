"""What the account ``revenue`` must hold, from the invoices, the use and the credit notes."""

from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.model import PlatformAccount
from mara.platform.database import connection, transaction
from mara.wiring.ledger import audit_service

SUMS = """
    SELECT (SELECT coalesce(sum(total), 0) FROM invoices WHERE status = 'paid')::bigint,
        (SELECT coalesce(sum(charged), 0) FROM usage_counters WHERE invoice_id IS NULL)::bigint,
        (SELECT coalesce(sum(amount), 0) FROM credit_notes)::bigint
"""
LINES = """
    SELECT id FROM invoices
    WHERE total <> (SELECT coalesce(sum((line ->> 'amount')::bigint), 0)
        FROM jsonb_array_elements(lines) AS line)
"""
# Overage was charged by use: the counters that the invoice lists hold what was posted.
# Sums of all, joined once: a subquery for each invoice would scan the whole ledger, which has no
# index for it.
PAID = """
    WITH charged AS (
        SELECT t.reference, sum(p.amount) AS amount FROM ledger_transfers t
        JOIN ledger_postings p ON p.transfer_id = t.id AND p.account = 'revenue'
        WHERE t.kind = 'charge' GROUP BY t.reference
    ), used AS (
        SELECT invoice_id, sum(charged) AS amount FROM usage_counters
        WHERE invoice_id IS NOT NULL GROUP BY invoice_id
    )
    SELECT i.id, i.purpose, i.total, coalesce(charged.amount, 0)::bigint AS charged,
        coalesce(used.amount, 0)::bigint AS used
    FROM invoices i LEFT JOIN charged ON charged.reference = i.id::text
    LEFT JOIN used ON used.invoice_id = i.id
    WHERE i.status = 'paid'
"""
NOT_PAID = """
    SELECT i.id FROM invoices i JOIN ledger_transfers t ON t.reference = i.id::text
    WHERE i.status <> 'paid'
"""
CREDITED = """
    SELECT n.invoice_id FROM credit_notes n JOIN invoices i ON i.id = n.invoice_id
    GROUP BY n.invoice_id, i.total HAVING sum(n.amount) > i.total
"""


def check_revenue() -> int:
    """Assert what must hold after any history; the balance of ``revenue`` in micro-USDT.

    Each invoice's lines sum to its transfer, and ``revenue`` is what was invoiced, and settled and
    not invoiced yet, less the credit notes.
    """
    audit = audit_service().verify()
    assert audit.differences == ()
    with transaction(SYSTEM):
        link = connection()
        assert link.execute(LINES).fetchall() == []
        for id_, purpose, total, charged, used in link.execute(PAID):
            expected = (0, total) if purpose == "usage" else (total, 0)
            assert (charged, used) == expected, id_
        assert link.execute(NOT_PAID).fetchall() == []
        assert link.execute(CREDITED).fetchall() == []
        row = link.execute(SUMS).fetchone()
    assert row is not None
    paid, not_invoiced, credited = row
    revenue = audit.platform.get(PlatformAccount.REVENUE, 0)
    assert revenue == paid + not_invoiced - credited
    return revenue
