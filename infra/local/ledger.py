"""Looks the books through, for whoever runs the machine."""

import os

from infra.local import deploy, settings


def verify() -> str:
    """MARA_DATABASE_URL says where; unset, the local cloud's.

    Raises RuntimeError that names every difference.
    """
    os.environ.setdefault("MARA_STAGE", settings.STAGE)
    if "MARA_DATABASE_URL" not in os.environ:
        os.environ["MARA_DATABASE_URL"] = deploy.parameters()["DatabaseUrl"]
    from mara.kernel.money import format_usdt
    from mara.wiring.ledger import audit_service

    audit = audit_service().verify()
    if audit.differences:
        lines = (
            f"  {found.rule}: {found.subject}: expected {found.expected}, found {found.found}"
            for found in audit.differences
        )
        raise RuntimeError("\n".join(["the books are wrong", *lines]))
    platform = ", ".join(f"{name} {format_usdt(total)}" for name, total in audit.platform.items())
    return (
        f"{audit.transfers} transfers, {audit.postings} postings, {audit.users} users: all right\n"
        f"{platform}"
    )
