"""The check that a function refuses to start with weak secrets."""

from mara.platform.settings.chains import ChainsSettings
from mara.platform.settings.database import DatabaseSettings
from mara.platform.settings.keys import KeySettings
from mara.platform.settings.passwords import PasswordSettings
from mara.platform.settings.search import SearchSettings
from mara.platform.settings.tokens import TokenSettings


def verify_secrets() -> None:
    """Refuse to start with a default, short or known secret outside the local stage.

    Raises pydantic.ValidationError, which names the variable and not its value.
    """
    TokenSettings()  # type: ignore[call-arg]  # from the environment
    DatabaseSettings()  # type: ignore[call-arg]  # from the environment
    PasswordSettings()  # type: ignore[call-arg]  # from the environment
    SearchSettings()  # type: ignore[call-arg]  # from the environment
    KeySettings()  # type: ignore[call-arg]  # from the environment
    ChainsSettings()  # type: ignore[call-arg]  # from the environment
