"""`mara ledger verify`: recomputes all balances from the postings."""

import os

from infra.local import deploy, settings


def verify() -> str:
    """Audit the database at MARA_DATABASE_URL (default: the local cloud's); return a summary.

    Raises RuntimeError with a line per difference.
    """
    os.environ.setdefault("MARA_STAGE", settings.STAGE)
    if "MARA_DATABASE_URL" not in os.environ:
        os.environ["MARA_DATABASE_URL"] = deploy.secret_values()["database"]
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
