"""What can go wrong when someone proves who they are."""

from mara.kernel.errors import Forbidden, Invalid, LimitReached, NotFound, Unauthenticated


class InvalidCredentials(Unauthenticated):
    title = "E-mail or password is wrong"


class NotLoggedIn(Unauthenticated):
    title = "This needs a login"


class InvalidToken(Unauthenticated):
    title = "The access token is not valid"


class InvalidApiKey(Unauthenticated):
    title = "The API key is not valid"


class InvalidRefreshToken(Unauthenticated):
    title = "The refresh token is not valid"


class RefreshTokenReused(Unauthenticated):
    title = "The refresh token was used before; its session has ended"


class InvalidCsrfToken(Forbidden):
    title = "The CSRF token is missing or wrong"


class NotAllowed(Forbidden):
    title = "Your role does not allow this"


class KeyNotAllowed(Forbidden):
    title = "An API key cannot do this"


class MissingScope(Forbidden):
    title = "The API key lacks a scope"


class WeakPassword(Invalid):
    title = "The password is too easy to guess"


class LoginLocked(LimitReached):
    title = "Too many failed logins"


class ApiKeyNotFound(NotFound):
    title = "There is no such API key"


class TooManyApiKeys(Invalid):
    title = "No more API keys can be made"


class ExpiryInPast(Invalid):
    title = "The key would have expired already"
