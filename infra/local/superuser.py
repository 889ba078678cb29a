"""`mara superuser`: promotes the first superuser; there is no default password."""

from infra.local.environment import point_to_the_local_cloud


def appoint(email: str) -> str:
    """Promote an account of the database at MARA_DATABASE_URL (default: the local cloud's).

    Raises RuntimeError with a remedy if there is no such account.
    """
    point_to_the_local_cloud()
    from mara.users.errors import UserNotFound
    from mara.wiring.users import user_administration_service

    try:
        user = user_administration_service().appoint_superuser(email)
    except UserNotFound as error:
        raise RuntimeError(f"{email}: {error.detail}") from error
    return f"{user.email} is a superuser now"
