"""Errors of authentication and authorization."""

from mara.kernel.errors import Forbidden, Invalid, LimitReached, NotFound, Unauthenticated


class InvalidCredentials(Unauthenticated):
    """The e-mail address or the password is wrong; which of them is not disclosed."""

    title = "E-mail or password is wrong"
    fields = ("old_password",)


class NotLoggedIn(Unauthenticated):
    """The request has neither an access token nor an API key."""

    title = "This needs a login"


class InvalidToken(Unauthenticated):
    """The access token is malformed, expired, wrongly signed, or its session is revoked."""

    title = "The access token is not valid"


class InvalidApiKey(Unauthenticated):
    """The API key is unknown or expired, or its owner is deactivated."""

    title = "The API key is not valid"


class InvalidRefreshToken(Unauthenticated):
    """The refresh token is unknown or expired, or its session is revoked."""

    title = "The refresh token is not valid"
    fields = ("refresh_token",)


class RefreshTokenReused(Unauthenticated):
    """The refresh token was consumed before: it may be stolen, so its session was revoked."""

    title = "The refresh token was used before; its session has ended"
    fields = ("refresh_token",)


class SessionNotFound(NotFound):
    """The caller has no session with this id, or it has ended."""

    title = "There is no such session"
    fields = ("session_id",)


class InvalidCsrfToken(Forbidden):
    """A request with the refresh cookie lacks the matching CSRF header."""

    title = "The CSRF token is missing or wrong"
    fields = ("x-csrf-token",)


class NotAllowed(Forbidden):
    """The caller's role, by session or by API key, is below the one that the route requires."""

    title = "Your role does not allow this"


class KeyNotAllowed(Forbidden):
    """The route accepts no API key of any scope, although the role of its owner suffices."""

    title = "An API key cannot do this"


class MissingScope(Forbidden):
    """The route accepts API keys, but this one lacks the scope that the route requires."""

    title = "The API key lacks a scope"


class WeakPassword(Invalid):
    """The password is too short, too long or too easy to guess; the detail gives the reason."""

    title = "The password is too easy to guess"
    fields = ("new_password", "password")


class LoginLocked(LimitReached):
    """Too many logins failed for the account or the address: wait before the next one."""

    title = "Too many failed logins"


class ApiKeyNotFound(NotFound):
    """The caller has no API key with this id."""

    title = "There is no such API key"
    fields = ("key_id",)


class TooManyApiKeys(Invalid):
    """The user has reached the maximum number of API keys."""

    title = "No more API keys can be made"


class ExpiryInPast(Invalid):
    """The expiry of the new API key is not in the future."""

    title = "The key would have expired already"
    fields = ("expires_at",)


class InvalidMailToken(Invalid):
    """The token of a mail is unknown, was used, has expired, or is for something else."""

    title = "The token of the e-mail is not valid"
    fields = ("token",)
