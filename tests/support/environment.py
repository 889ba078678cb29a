"""The environment variables of a function in the local stage, and the reset of module caches."""

import functools
import json
import sys

import pytest

SECRETS = {"k1": "nT8fWq2ZpLx5Vd9RhYc3Jm7KsBg4Ea6U"}
SCRAPE_TOKEN = "sT7kVb2Nw9QxZe4LhRm6Fc1Jd8Pg3Ya5"
NETWORKS = ("arbitrum", "tron", "aptos")
NOWHERE = "http://127.0.0.1:1"
"""An address at which no server answers."""
LOCAL_KEYS = {"local-1": "6b1f0c9d" * 8}


def set_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {
        "MARA_STAGE": "local",
        "MARA_DATABASE_URL": "postgresql://mara_app:unset@127.0.0.1:1/unset",
        "MARA_TOKEN_SECRETS": json.dumps(SECRETS),
        "MARA_KEYS": "local",
        "MARA_LOCAL_KEYS": json.dumps(LOCAL_KEYS),
        "MARA_AUDIT_BUCKET": "mara-test-audit",
        "MARA_BUCKET": "mara-test",
        "MARA_CHAINS": json.dumps({name: {"urls": [NOWHERE]} for name in NETWORKS}),
        "MARA_SCRAPE_TOKEN": SCRAPE_TOKEN,
        "MARA_TRIAL_KEY": "pV4tYk8Wn2QxZr6LhBm9Fc3Jd7Sg5Ea1",
        "MARA_EVENTS_TOPIC_ARN": "arn:aws:sns:eu-west-1:123456789012:mara-local-events",
        "MARA_BCRYPT_COST": "4",
        "MARA_REQUESTS_PER_MINUTE_USER": "60000",
        "MARA_REQUESTS_PER_MINUTE_ADDRESS": "60000",
        "AWS_ENDPOINT_URL": NOWHERE,
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "POWERTOOLS_SERVICE_NAME": "mara",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def clear_caches() -> None:
    """Empty every module-level ``functools.cache`` of ``mara``, as a cold start would find it.

    Walks the loaded modules of ``mara`` and not every object of the process (about eight times
    the cost); caches of adapters hold compiled tables and loaded models, and stay.
    """
    for name, module in sys.modules.copy().items():  # a thread may import meanwhile
        if not name.startswith("mara.") or ".adapters" in name:
            continue
        for value in list(vars(module).values()):
            if isinstance(value, functools._lru_cache_wrapper):
                value.cache_clear()
