"""What can go wrong with a user's account."""

from mara.kernel.errors import Conflict, Forbidden, Invalid, NotFound


class UserNotFound(NotFound):
    title = "There is no such user"


class EmailTaken(Conflict):
    title = "An account with this e-mail exists"


class UnknownTimeZone(Invalid):
    title = "The time zone is not in the IANA database"


class RoleChangeForbidden(Forbidden):
    title = "Only a superuser may change roles"


class SuperuserProtected(Forbidden):
    title = "Only a superuser may change a superuser"


class LastSuperuser(Conflict):
    title = "The last superuser must stay one"
