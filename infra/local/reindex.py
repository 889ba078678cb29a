"""Builds the search index of the configured model and engine, and goes over to it."""

from infra.local.environment import point_to_the_local_cloud

REPORTED_EVERY = 100


def reindex() -> str:
    """MARA_DATABASE_URL and the other variables say what of; unset, the local cloud's.

    Raises RuntimeError where it cannot go on; what is built is kept for the next run.
    """
    point_to_the_local_cloud()
    from mara.kernel.errors import DomainError
    from mara.wiring.search import reindexing_service

    try:
        done = reindexing_service().reindex(_report)
    except DomainError as error:
        raise RuntimeError(f"{error.title}: {error.detail}") from error
    if done.before == done.now:
        return f"{done.now} is in use already"
    return f"{done.documents} documents embedded; {done.now} is in use now"


def _report(documents: int) -> None:
    if documents % REPORTED_EVERY == 0:
        print(f"  {documents} documents …")
