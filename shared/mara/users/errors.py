"""Errors of user accounts."""

from mara.kernel.errors import Conflict, Forbidden, Invalid, NotFound


class UserNotFound(NotFound):
    """No user has this id or e-mail address."""

    title = "There is no such user"
    fields = ("user_id",)


class EmailTaken(Conflict):
    """Another account has this e-mail address."""

    title = "An account with this e-mail exists"
    fields = ("email",)


class UnknownTimeZone(Invalid):
    """The name is not in the IANA time zone database."""

    title = "The time zone is not in the IANA database"
    fields = ("time_zone",)


class RoleChangeForbidden(Forbidden):
    """An administrator who is not a superuser tried to change a role."""

    title = "Only a superuser may change roles"
    fields = ("role",)


class SuperuserProtected(Forbidden):
    """An administrator who is not a superuser tried to change a superuser."""

    title = "Only a superuser may change a superuser"


class LastSuperuser(Conflict):
    """The change would leave no active superuser."""

    title = "The last superuser must stay one"


class UserErased(Conflict):
    """The account was erased: its row stays for the books alone."""

    title = "The account was erased"
