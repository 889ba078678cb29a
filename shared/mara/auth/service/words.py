"""The strength of a new password, and the words of its user that do not strengthen it."""

from collections.abc import Sequence

from mara.auth.errors import WeakPassword
from mara.auth.ports import Passwords
from mara.users.model import User


def check_strength(passwords: Passwords, new: str, about_the_user: Sequence[str]) -> None:
    """Raises WeakPassword."""
    if reason := passwords.weakness_reason(new, about_the_user):
        raise WeakPassword(reason)


def words_about(user: User) -> list[str]:
    """Return the e-mail address, the name and the company."""
    return [user.email, user.profile.full_name or "", user.profile.company or ""]
