"""The nine ways an operation can fail, named for what the caller can do about it."""

import re
from collections.abc import Callable
from typing import ClassVar


class DomainError(Exception):
    """A failure the caller should hear about. Anything else is a bug.

    ``extensions`` are further members of the problem document (RFC 9457, section 3.2). ``also``
    are further errors of the same request, for the client to correct all of them at once.
    """

    title: ClassVar[str]
    problem_domain: ClassVar[str | None] = None
    """The domain named in the problem type, where the class has moved since clients know it."""
    fields: ClassVar[tuple[str, ...]] = ()
    """Names of the field of the request that is wrong; the first one that the request has counts.

    An extension of the same name lists the wrong items of a field that is a list.
    """

    def __init__(self, detail: str, **extensions: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extensions = extensions
        self.also: tuple[DomainError, ...] = ()


class Invalid(DomainError):
    """The request can never succeed as written."""


class Unauthenticated(DomainError):
    """We do not know who is asking."""


class PaymentRequired(DomainError):
    """The caller must pay before this is allowed."""


class Forbidden(DomainError):
    """We know who is asking, and the answer is no."""


class NotFound(DomainError):
    """The thing does not exist, or the caller may not know that it does."""


class Gone(DomainError):
    """The thing existed, and will not come back."""


class Conflict(DomainError):
    """The thing is not in a state that allows this."""


class LimitReached(DomainError):
    """A quota, balance or rate is used up."""

    def __init__(self, detail: str, *, retry_after_s: int, **extensions: object) -> None:
        super().__init__(detail, **extensions)
        self.retry_after_s = retry_after_s


class Unavailable(DomainError):
    """A dependency failed; the same request may succeed later."""

    retry_after_s: ClassVar[int] = 5


def check_all(*checks: Callable[[], object]) -> None:
    """Run every check; raise the first error, with the errors of the others in its ``also``."""
    found: list[DomainError] = []
    for check in checks:
        try:
            check()
        except DomainError as error:
            found.append(error)
    if found:
        found[0].also = tuple(found[1:])
        raise found[0]


def code_of(error: type[DomainError]) -> str:
    """Return the stable code of the error: ``invalid_credentials``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", error.__name__).lower()
