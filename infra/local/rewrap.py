"""The command `mara vault rewrap`: rewraps all data keys with the current wrapping keys."""

from datetime import UTC, datetime

from infra.local.environment import point_to_the_local_cloud

REPORTED_EVERY = 100


def rewrap(before: datetime | None) -> str:
    """Rewrap vaults and connection secrets of MARA_DATABASE_URL; by default the local stage's.

    ``before`` without a time zone is in UTC. Raises RuntimeError where a service is unavailable, or
    where a data key cannot be unwrapped; rewrapped vaults stay so, and the next run continues.
    """
    point_to_the_local_cloud()
    from mara.kernel.errors import DomainError
    from mara.wiring.connection_secrets import connection_rewrap_service
    from mara.wiring.vault import rewrap_service

    if before is not None and before.tzinfo is None:
        before = before.replace(tzinfo=UTC)
    try:
        vaults = rewrap_service().rewrap(before, _report)
        secrets = connection_rewrap_service().rewrap(before, _report)
    except DomainError as error:
        raise RuntimeError(f"{error.title}: {error.detail}") from error
    done = f"{vaults.rewrapped} vaults and {secrets.rewrapped} connection secrets rewrapped"
    if broken := [*vaults.broken, *secrets.broken]:
        raise RuntimeError(f"{done}; cannot be unwrapped: {', '.join(map(str, broken))}")
    return done


def _report(rows: int) -> None:
    if rows % REPORTED_EVERY == 0:
        print(f"  {rows} rows …")
