"""`mara audit`: compares the audit with its chain and its anchors, and notes a restore."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from infra.local.environment import point_to_the_local_cloud

if TYPE_CHECKING:
    from mara.audit.model.verification import AuditVerdict


def verify(heads: Sequence[str] = ()) -> str:
    """Verify the audit at MARA_DATABASE_URL (default: the local cloud's); return a summary.

    ``heads`` are more anchors, as the schedule logs them: ``<position>:<hash>``. Raises
    RuntimeError with a line for each row that was changed, removed, inserted or cut off, and for
    each note of a restore that nothing confirms; AnchorsUnavailable, DatabaseUnavailable.
    """
    point_to_the_local_cloud()
    from mara.audit.model.chain import AuditHead
    from mara.wiring.audit import chain_verification_service

    try:
        known = [AuditHead.parse(head) for head in heads]
    except ValueError:
        raise RuntimeError("write a head as the log has it: <position>:<hash>") from None
    verdict = chain_verification_service().verify(known)
    if verdict.findings:
        lines = (f"  {found}" for found in verdict.findings)
        known_restores = map(str, verdict.restores)
        raise RuntimeError("\n".join(["the audit was tampered with", *lines, *known_restores]))
    return "\n".join([_summary(verdict), *map(str, verdict.restores)])


def note_restore(source: str, *, is_another: bool = False) -> str:
    """Note that the database at MARA_DATABASE_URL was restored from ``source``.

    ``is_another`` begins a new note where one is not finished. MARA_AUDIT_BUCKET names the bucket
    of its anchors. Raises RuntimeError, AnchorsUnavailable, DatabaseUnavailable.
    """
    point_to_the_local_cloud()
    from mara.audit.errors import OtherRestoreBegun
    from mara.wiring.audit import restore_service

    try:
        return str(restore_service().note(source, is_another=is_another))
    except OtherRestoreBegun as error:
        remedy = "If the database was restored once more since then, add --another."
        raise RuntimeError(f"{error.title}: {error.detail} {remedy}") from error


def _summary(verdict: "AuditVerdict") -> str:
    return (
        f"{verdict.rows} rows in the chain, {verdict.waiting} waiting, {verdict.erased} erased"
        f" details, {verdict.anchors} anchors: no differences\nhead {verdict.head}"
    )
