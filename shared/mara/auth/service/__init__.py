"""Registering, opening and closing sessions, and telling who calls."""

from mara.auth.service.api_keys import ApiKeyService
from mara.auth.service.authentication import AuthenticationService
from mara.auth.service.passwords import PasswordService
from mara.auth.service.registration import RegistrationService
from mara.auth.service.sessions import SessionService

__all__ = [
    "ApiKeyService",
    "AuthenticationService",
    "PasswordService",
    "RegistrationService",
    "SessionService",
]
