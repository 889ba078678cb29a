"""The deployment stage, which decides whether secrets must be strong."""

from functools import cache

from pydantic import Field

from mara.platform.settings.base import Settings

LOCAL = "local"
"""The only stage that may run with relaxed cookies and short secrets."""


class StageSettings(Settings):
    """The name of the deployment, such as ``local`` or ``prod``."""

    stage: str = Field(min_length=1, max_length=20, pattern=r"^[a-z][a-z0-9-]*$")
    """The name of the deployment; only local may have short secrets and plain HTTP."""

    @property
    def is_local(self) -> bool:
        """Whether short secrets and plain HTTP are accepted."""
        return self.stage == LOCAL


@cache
def stage() -> StageSettings:
    """Return the stage, read once per process. Raises pydantic.ValidationError."""
    return StageSettings()  # type: ignore[call-arg]  # from the environment
