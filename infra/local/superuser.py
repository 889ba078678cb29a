"""`mara superuser`: promotes the first superuser; there is no default password."""

import os

from infra.local import deploy, settings


def appoint(email: str) -> str:
    """Promote an account of the database at MARA_DATABASE_URL (default: the local cloud's).

    Raises RuntimeError with a remedy if there is no such account.
    """
    os.environ.setdefault("MARA_STAGE", settings.STAGE)
    if "MARA_DATABASE_URL" not in os.environ:
        os.environ["MARA_DATABASE_URL"] = deploy.secret_values()["database"]
    from mara.users.errors import UserNotFound
    from mara.wiring.users import user_administration_service

    try:
        user = user_administration_service().appoint_superuser(email)
    except UserNotFound as error:
        raise RuntimeError(f"{email}: {error.detail}") from error
    return f"{user.email} is a superuser now"
