"""The refresh token as a cookie, and the CSRF token that must come with it.

The CSRF token is a MAC of the refresh token (the signed double-submit pattern of OWASP's
Cross-Site Request Forgery cheat sheet): a planted cookie does not come with a matching one.
"""

import base64
import hmac
from dataclasses import dataclass
from typing import Literal

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response

from mara.auth.errors import InvalidCsrfToken, NotLoggedIn
from mara.auth.model import SessionTokens
from mara.platform.token_secrets import (
    REFRESH_AFTER_S,
    UNKNOWN_KEY_REFRESH_AFTER_S,
    token_settings,
)

REFRESH_COOKIE = "mara_refresh"
CSRF_COOKIE = "mara_csrf"
CSRF_HEADER = "x-csrf-token"
COOKIE_PATH = "/api/v1/auth"

SameSite = Literal["strict", "lax", "none"]


@dataclass(frozen=True, slots=True)
class SessionCookies:
    """The cookies of a browser's session; ``secure`` is False in the local stage, without TLS.

    ``domain`` is that of a site whose subdomains get the cookies too; None is the API's host.
    """

    secure: bool
    domain: str | None = None
    same_site: SameSite = "strict"

    def set(self, response: Response, tokens: SessionTokens) -> None:
        """Set the refresh cookie, hidden from scripts, and the CSRF cookie, which they read."""
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
                domain=self.domain,
                secure=self.secure,
                httponly=not readable,
                samesite=self.same_site,
            )

    def clear(self, response: Response) -> None:
        """Delete both cookies."""
        for name, path in ((REFRESH_COOKIE, COOKIE_PATH), (CSRF_COOKIE, "/")):
            response.delete_cookie(
                name,
                path=path,
                domain=self.domain,
                secure=self.secure,
                samesite=self.same_site,
            )

    def held_tokens(self, request: Request) -> list[str]:
        """Return the tokens that a device sends with a login: its cookie, its access token."""
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        is_bearer = scheme.lower() == "bearer"
        held = [request.cookies.get(REFRESH_COOKIE), bearer.strip() if is_bearer else None]
        return [token for token in held if token]

    def refresh_token(self, request: Request, from_body: SecretStr | None) -> str:
        """Return the token of the body, else of the cookie.

        Raises NotLoggedIn, InvalidCsrfToken.
        """
        if from_body is not None:
            return from_body.get_secret_value()
        token = request.cookies.get(REFRESH_COOKIE)
        if not token:
            raise NotLoggedIn("Send the refresh token in the body, or its cookie.")
        if not _is_csrf_token(request.headers.get(CSRF_HEADER, ""), token):
            raise InvalidCsrfToken(f"Send the value of the cookie {CSRF_COOKIE} in {CSRF_HEADER}.")
        return token


def _is_csrf_token(presented: str, refresh_token: str) -> bool:
    """Compare as bytes, since a header may contain non-ASCII characters.

    Another environment may have signed it with a secret that this one has not read yet.
    """
    return any(
        hmac.compare_digest(presented.encode(), csrf.encode())
        for age_max_s in (REFRESH_AFTER_S, UNKNOWN_KEY_REFRESH_AFTER_S)
        for csrf in _csrf_tokens(refresh_token, age_max_s)
    )


def _csrf_tokens(refresh_token: str, age_max_s: float = REFRESH_AFTER_S) -> list[str]:
    """Return one per signing secret, the current one first: a rotation ends no session."""
    known = token_settings(age_max_s).token_secrets
    secrets = (secret.get_secret_value() for secret in known.values())
    message = f"csrf\n{refresh_token}".encode()
    macs = (hmac.digest(secret.encode(), message, "sha256") for secret in secrets)
    return [base64.urlsafe_b64encode(mac).decode().rstrip("=") for mac in macs]
