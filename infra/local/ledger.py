"""`mara ledger verify`: recomputes all balances from the postings."""

from infra.local.environment import point_to_the_local_cloud


def verify() -> str:
    """Audit the database at MARA_DATABASE_URL (default: the local cloud's); return a summary.

    Raises RuntimeError with a line per difference.
    """
    point_to_the_local_cloud()
    from mara.kernel.money import format_usdt
    from mara.wiring.ledger import audit_service

    audit = audit_service().verify()
    if audit.differences:
        lines = (
            f"  {found.rule}: {found.subject}: expected {found.expected}, found {found.found}"
            for found in audit.differences
        )
        raise RuntimeError("\n".join(["the ledger has differences", *lines]))
    platform = ", ".join(f"{name} {format_usdt(total)}" for name, total in audit.platform.items())
    counts = f"{audit.transfers} transfers, {audit.postings} postings, {audit.users} users"
    return f"{counts}: no differences\n{platform}"
