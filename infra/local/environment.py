"""The environment in which commands run the product's own services."""

import os

from infra.local import deploy, settings

SECRETS = {
    "MARA_DATABASE_URL": "database",
    "MARA_CHAINS": "chains",
    "MARA_TRIAL_KEY": "trials",
    "MARA_LOCAL_KEYS": "local-keys",
}
"""Each variable, and the secret that the functions get it from."""

PARAMETERS = {
    "MARA_KEYS": "Keys",
    "MARA_SEARCH": "Search",
    "MARA_OPENSEARCH_URL": "OpenSearchUrl",
}
"""Each variable, and the parameter of the template that the functions get it from."""


def point_to_the_local_cloud() -> None:
    """Set the variables of the local stage, unless the environment names a database already."""
    os.environ.setdefault("MARA_STAGE", settings.STAGE)
    if "MARA_DATABASE_URL" in os.environ:
        return
    secrets = deploy.secret_values()
    parameters = deploy.parameters(secrets)
    os.environ.update({name: secrets[secret] for name, secret in SECRETS.items()})
    os.environ.update({name: parameters[known] for name, known in PARAMETERS.items()})
