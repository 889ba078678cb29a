"""The key provider that the settings of the stage select."""

from collections.abc import Callable

from mara.kernel.envelope import KeyProvider
from mara.platform.settings.keys import KeySettings, LocalKeySettings


def key_provider(kms_key_arn: Callable[[], str]) -> KeyProvider:
    """Return the provider of ``KeySettings``; the ARN is read only where KMS wraps."""
    settings = KeySettings()  # type: ignore[call-arg]  # from the environment
    if settings.keys == "local":
        from mara.platform.local_keys import LocalKeys

        return LocalKeys(LocalKeySettings())  # type: ignore[call-arg]  # from the environment
    from mara.platform.kms import KmsKeys

    return KmsKeys(kms_key_arn())
