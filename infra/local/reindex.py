"""`mara reindex`: builds the index of the configured model and engine, and switches to it."""

from infra.local.environment import point_to_the_local_cloud

REPORTED_EVERY = 100


def reindex() -> str:
    """Reindex the database at MARA_DATABASE_URL (default: the local cloud's).

    Raises RuntimeError where it cannot continue; the next run resumes with what is built.
    """
    point_to_the_local_cloud()
    from mara.kernel.errors import DomainError
    from mara.wiring.search import reindexing_service

    try:
        done = reindexing_service().reindex(_report)
    except DomainError as error:
        raise RuntimeError(f"{error.title}: {error.detail}") from error
    if done.before == done.now:
        return f"{done.now} is the active index already"
    return f"{done.documents} documents embedded; {done.now} is the active index now"


def _report(documents: int) -> None:
    if documents % REPORTED_EVERY == 0:
        print(f"  {documents} documents …")
