"""The deployment stage, which decides whether secrets must be strong."""

from functools import cache

from pydantic import Field

from mara.platform.settings.base import Settings

LOCAL = "local"
"""The only stage that may run with relaxed cookies and short secrets."""

LOCALSTACK = "localstack"
"""The stage of `mara localstack`: strict as on AWS, but its chains run on the same machine."""


class StageSettings(Settings):
    """The name of the deployment, such as ``local`` or ``prod``."""

    stage: str = Field(min_length=1, max_length=20, pattern=r"^[a-z][a-z0-9-]*$")
    """The name of the deployment; only local may have short secrets and plain HTTP."""

    @property
    def is_local(self) -> bool:
        """Whether short secrets and plain HTTP are accepted."""
        return self.stage == LOCAL

    @property
    def has_development_chains(self) -> bool:
        """Whether the chains run on this machine, where plain HTTP is accepted."""
        return self.stage in {LOCAL, LOCALSTACK}


@cache
def stage() -> StageSettings:
    """Return the stage, read once per process. Raises pydantic.ValidationError."""
    return StageSettings()  # type: ignore[call-arg]  # from the environment
