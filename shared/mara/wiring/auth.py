"""Assembles the auth services from their production adapters."""

from datetime import timedelta
from functools import cache

from mara.auth.adapters.cookies import SessionCookies
from mara.auth.adapters.jwt import JwtAccessTokens
from mara.auth.adapters.postgres import (
    PostgresApiKeys,
    PostgresCredentials,
)
from mara.auth.adapters.postgres_login_failures import PostgresLoginFailures
from mara.auth.adapters.postgres_sessions import PostgresSessions
from mara.auth.service import (
    ApiKeyService,
    AuthenticationService,
    DeviceService,
    PasswordService,
    RegistrationService,
    SessionService,
)
from mara.auth.service.sessions import LoginPolicy
from mara.platform.clock import now
from mara.platform.count_lock import lock_count
from mara.platform.database import transaction
from mara.platform.outbox_rows import publish_by_relay
from mara.platform.settings.cookies import CookieSettings
from mara.platform.settings.limits import limit_settings
from mara.platform.token_secrets import TokenSecrets, token_settings
from mara.users.adapters.postgres import PostgresUsers
from mara.wiring.audit import audit_log
from mara.wiring.passwords import passwords


def _access_tokens() -> JwtAccessTokens:
    return JwtAccessTokens(TokenSecrets())


@cache
def registration_service() -> RegistrationService:
    """Registration of accounts."""
    return RegistrationService(
        PostgresUsers(), PostgresCredentials(), passwords(), publish_by_relay, transaction, now
    )


@cache
def session_service() -> SessionService:
    """Login, refresh and logout, with the limits and lifetimes of the settings."""
    tokens, limits = token_settings(), limit_settings()
    return SessionService(
        credentials=PostgresCredentials(),
        passwords=passwords(),
        access_tokens=_access_tokens(),
        sessions=PostgresSessions(),
        failures=PostgresLoginFailures(),
        policy=LoginPolicy(
            failures_per_account=limits.login_failures_per_account,
            failures_per_address=limits.login_failures_per_address,
            access_lifetime=timedelta(minutes=tokens.access_token_minutes),
            refresh_lifetime=timedelta(days=tokens.refresh_token_days),
        ),
        publish=publish_by_relay,
        unit_of_work=transaction,
        now=now,
        audit=audit_log(),
    )


def session_cookies() -> SessionCookies:
    """The cookies of browser sessions; without ``Secure`` in the local stage, which has no TLS."""
    settings = CookieSettings()  # type: ignore[call-arg]  # from the environment
    return SessionCookies(
        secure=not settings.is_local,
        domain=settings.cookie_domain or None,
        same_site=settings.cookie_same_site,
    )


@cache
def password_service() -> PasswordService:
    """Change of passwords."""
    return PasswordService(
        credentials=PostgresCredentials(),
        passwords=passwords(),
        sessions=PostgresSessions(),
        users=PostgresUsers(),
        failures=PostgresLoginFailures(),
        failures_allowed=limit_settings().login_failures_per_account,
        publish=publish_by_relay,
        unit_of_work=transaction,
        now=now,
    )


@cache
def device_service() -> DeviceService:
    """The list of a user's sessions."""
    return DeviceService(
        PostgresSessions(), PostgresLoginFailures(), PostgresUsers(), transaction, now
    )


@cache
def api_key_service() -> ApiKeyService:
    """Management of API keys."""
    return ApiKeyService(
        PostgresApiKeys(), PostgresSessions(), lock_count, transaction, now, audit_log()
    )


@cache
def authentication_service() -> AuthenticationService:
    """Identification of callers."""
    return AuthenticationService(
        access_tokens=_access_tokens(),
        sessions=PostgresSessions(),
        api_keys=PostgresApiKeys(),
        unit_of_work=transaction,
        now=now,
    )
