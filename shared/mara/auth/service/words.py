"""The words of a user that do not strengthen a password."""

from mara.users.model import User


def words_about(user: User) -> list[str]:
    """Return the e-mail address, the name and the company."""
    return [user.email, user.profile.full_name or "", user.profile.company or ""]
