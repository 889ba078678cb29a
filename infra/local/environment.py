"""The environment in which commands run the product's own services."""

import os

from infra.local import deploy, settings

PARAMETERS = {
    "MARA_DATABASE_URL": "DatabaseUrl",
    "MARA_CHAINS": "Chains",
    "MARA_KEYS": "Keys",
    "MARA_LOCAL_KEYS": "LocalKeys",
    "MARA_SEARCH": "Search",
    "MARA_OPENSEARCH_URL": "OpenSearchUrl",
}
"""Each variable, and the parameter of the template that it is to the functions."""


def point_to_the_local_cloud() -> None:
    """As its functions are, where the environment names no other database."""
    os.environ.setdefault("MARA_STAGE", settings.STAGE)
    if "MARA_DATABASE_URL" not in os.environ:
        known = deploy.parameters()
        for name, parameter in PARAMETERS.items():
            os.environ[name] = known[parameter]
