"""Use cases of authentication: registration, sessions, passwords, API keys, and identification."""

from mara.auth.service.api_keys import ApiKeyService
from mara.auth.service.authentication import AuthenticationService
from mara.auth.service.devices import DeviceService
from mara.auth.service.passwords import PasswordService
from mara.auth.service.registration import RegistrationService
from mara.auth.service.sessions import SessionService

__all__ = [
    "ApiKeyService",
    "AuthenticationService",
    "DeviceService",
    "PasswordService",
    "RegistrationService",
    "SessionService",
]
