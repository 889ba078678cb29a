"""The command `mara vault rewrap`: rewraps all data keys with the current wrapping key."""

from datetime import UTC, datetime

from infra.local.environment import point_to_the_local_cloud

REPORTED_EVERY = 100


def rewrap(before: datetime | None) -> str:
    """Rewrap vaults of the database in MARA_DATABASE_URL; by default the local stage's.

    ``before`` without a time zone is in UTC. Raises RuntimeError where a service is unavailable, or
    where a data key cannot be unwrapped; rewrapped vaults stay so, and the next run continues.
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
        raise RuntimeError(f"{done.vaults} vaults rewrapped; cannot be unwrapped: {broken}")
    return f"{done.vaults} vaults rewrapped"


def _report(vaults: int) -> None:
    if vaults % REPORTED_EVERY == 0:
        print(f"  {vaults} vaults …")
