"""The environment in which commands run the product's own services."""

import os

from infra.local import aws, deploy, settings

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
    os.environ.update(_of_emulator())
    secrets = deploy.secret_values()
    parameters = deploy.parameters(secrets)
    os.environ.update({name: secrets[secret] for name, secret in SECRETS.items()})
    os.environ.update({name: parameters[known] for name, known in PARAMETERS.items()})


def _of_emulator() -> dict[str, str]:
    """What a client of S3 needs, and the bucket of the audit's anchors."""
    return {
        "AWS_ENDPOINT_URL": aws.endpoint(),
        "AWS_DEFAULT_REGION": settings.REGION,
        "AWS_ACCESS_KEY_ID": aws.ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": settings.load_secrets().emulator_secret,
        "MARA_AUDIT_BUCKET": f"mara-{settings.STAGE}-audit-anchors",
    }
