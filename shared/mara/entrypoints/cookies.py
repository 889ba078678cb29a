"""The refresh token as a cookie, and the CSRF token that must come with it.

The CSRF token is a MAC of the refresh token (the signed double-submit pattern of OWASP's
Cross-Site Request Forgery cheat sheet): a planted cookie does not come with a matching one.
"""

import base64
import hmac

from fastapi import Request as HttpRequest
from fastapi import Response

from mara.auth.errors import InvalidCsrfToken, NotLoggedIn
from mara.auth.model import SessionTokens
from mara.auth.schemas import RefreshRequest
from mara.platform.settings.stage import stage
from mara.platform.token_secrets import (
    REFRESH_AFTER_S,
    UNKNOWN_KEY_REFRESH_AFTER_S,
    token_settings,
)

REFRESH_COOKIE = "mara_refresh"
CSRF_COOKIE = "mara_csrf"
CSRF_HEADER = "x-csrf-token"
COOKIE_PATH = "/api/v1/auth"


def set_session_cookies(response: Response, tokens: SessionTokens) -> None:
    """``Secure`` is left out in the local stage alone, which has no TLS."""
    max_age = int(tokens.refresh_lifetime.total_seconds())
    for name, value, path, readable in (
        (REFRESH_COOKIE, tokens.refresh_token, COOKIE_PATH, False),
        (CSRF_COOKIE, _csrf_tokens(tokens.refresh_token)[0], "/", True),
    ):
        response.set_cookie(
            name,
            value,
            max_age=max_age,
            path=path,
            secure=not stage().is_local,
            httponly=not readable,
            samesite="strict",
        )


def clear_session_cookies(response: Response) -> None:
    secure = not stage().is_local
    response.delete_cookie(REFRESH_COOKIE, path=COOKIE_PATH, secure=secure, samesite="strict")
    response.delete_cookie(CSRF_COOKIE, path="/", secure=secure, samesite="strict")


def presented_refresh_token(request: HttpRequest, body: RefreshRequest | None) -> str:
    """The token of the body, or else of the cookie. Raises NotLoggedIn, InvalidCsrfToken."""
    if body is not None:
        return body.refresh_token.get_secret_value()
    token = request.cookies.get(REFRESH_COOKIE)
    if not token:
        raise NotLoggedIn("Send the refresh token in the body, or its cookie.")
    if not _is_csrf_token(request.headers.get(CSRF_HEADER, ""), token):
        raise InvalidCsrfToken(f"Send the value of the cookie {CSRF_COOKIE} in {CSRF_HEADER}.")
    return token


def _is_csrf_token(presented: str, refresh_token: str) -> bool:
    """Compare as bytes, since a header may hold what is not ASCII.

    Another environment may have signed it with a secret that this one has not read yet.
    """
    return any(
        hmac.compare_digest(presented.encode(), csrf.encode())
        for age_max_s in (REFRESH_AFTER_S, UNKNOWN_KEY_REFRESH_AFTER_S)
        for csrf in _csrf_tokens(refresh_token, age_max_s)
    )


def _csrf_tokens(refresh_token: str, age_max_s: float = REFRESH_AFTER_S) -> list[str]:
    """By each signing secret, the current one first: a rotation ends no session."""
    known = token_settings(age_max_s).token_secrets
    secrets = (secret.get_secret_value() for secret in known.values())
    message = f"csrf\n{refresh_token}".encode()
    macs = (hmac.digest(secret.encode(), message, "sha256") for secret in secrets)
    return [base64.urlsafe_b64encode(mac).decode().rstrip("=") for mac in macs]
