"""Puts the data keys of all seeds under the key that wraps now; no seed is decrypted."""

from datetime import UTC, datetime

from infra.local.environment import point_to_the_local_cloud

REPORTED_EVERY = 100


def rewrap(before: datetime | None) -> str:
    """MARA_DATABASE_URL and the other variables say what of; unset, the local cloud's.

    A moment without a time zone is in UTC. Raises RuntimeError where it cannot go on, or where a
    data key does not open; what was rewrapped stays so, and the next run goes on.
    """
    point_to_the_local_cloud()
    from mara.kernel.errors import DomainError
    from mara.wiring.vault import rewrap_service

    if before is not None and before.tzinfo is None:
        before = before.replace(tzinfo=UTC)
    try:
        done = rewrap_service().rewrap(before, _report)
    except DomainError as error:
        raise RuntimeError(f"{error.title}: {error.detail}") from error
    if done.broken:
        broken = ", ".join(str(id_) for id_ in done.broken)
        raise RuntimeError(f"{done.vaults} vaults rewrapped; these do not open: {broken}")
    return f"{done.vaults} vaults rewrapped"


def _report(vaults: int) -> None:
    if vaults % REPORTED_EVERY == 0:
        print(f"  {vaults} vaults …")
