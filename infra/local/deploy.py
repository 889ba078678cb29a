"""Deploys template.yaml to the emulator as a CloudFormation stack."""

import json
import os
import time
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra.local import language_model, mailbox, platform_bot, secret_store
from infra.local.aws import client, endpoint
from infra.local.chains import servers as chains
from infra.local.import_resources import ImportFailed, import_buckets
from infra.local.package import Package, Template, load_template, package
from infra.local.progress import waits_for
from infra.local.route_list import routes_of
from infra.local.settings import (
    DATABASE,
    GATEWAY_FILE,
    REGION,
    REQUEST_FILE,
    STAGE,
    front_url,
    load_secrets,
    ports,
    rotated_token_secrets,
    state_dir,
)

STACK = f"mara-{STAGE}"
ARTIFACTS = f"mara-{STAGE}-artifacts"
FROM_ENVIRONMENT = {
    # The first is the name of the customer's earlier program; the MARA_ one, if set, replaces it.
    "ACCESS_TOKEN_EXPIRE_MINUTES": "AccessTokenMinutes",
    "MARA_ACCESS_TOKEN_MINUTES": "AccessTokenMinutes",
    "MARA_REFRESH_TOKEN_DAYS": "RefreshTokenDays",
    "MARA_APP_URL": "AppUrl",
    "MARA_CORS_ORIGINS": "CorsOrigins",
    "MARA_LOKI_TENANT": "LokiTenant",
    "MARA_LOKI_URL": "LokiUrl",
    "MARA_OCR": "Ocr",
    "MARA_RERANKER": "Reranker",
    "MARA_RERANKER_MODEL": "RerankerModel",
    "MARA_RERANKER_TIMEOUT_S": "RerankerTimeoutS",
    "MARA_PUBLIC_URL": "PublicUrl",
    "MARA_TELEGRAM_API_URL": "TelegramApiUrl",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "OtlpEndpoint",
}
"""Variables of `make up`, and the parameters of the template that they set."""
RELAY_INTERVAL_S = "2"
"""E-mails about accounts leave within seconds: a person waits for them."""
LAYERS = "layers"
"""The folder of the stack's state that has the code of the functions."""
DEPLOY_TIMEOUT_S = 180.0
POLL_S = 0.2


class DeployFailed(RuntimeError):
    """The stack was not deployed; the text names the resource and the reason."""


def deploy() -> None:
    """Create or update the stack, and write the address of its API for the proxy.

    Raises DeployFailed.
    """
    template, packages = package(load_template(), ARTIFACTS, state_dir() / LAYERS)
    _upload(packages)
    secrets = secret_values()
    request = {
        "StackName": STACK,
        # By address: as part of the request it may have 51,200 bytes only.
        "TemplateURL": upload_template(template),
        "Parameters": [
            {"ParameterKey": name, "ParameterValue": value}
            for name, value in parameters(secrets).items()
        ],
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    }
    _send(request, template, secrets)
    _write(state_dir() / REQUEST_FILE, {"request": request, "template": template})


def deploy_again() -> None:
    """Repeat the latest deployment: the same packages, whatever the source is now.

    Raises DeployFailed, also where nothing was deployed before.
    """
    try:
        known = json.loads((state_dir() / REQUEST_FILE).read_text("utf-8"))
    except FileNotFoundError as error:
        raise DeployFailed("Nothing was deployed yet.") from error
    _send(known["request"], known["template"], secret_values())


def _send(request: Mapping[str, Any], template: Template, secrets: Mapping[str, str]) -> None:
    """Create or update the stack, and tell the front door about its API."""
    secret_store.put_missing(client("secretsmanager"), STAGE, secrets)
    mailbox.verify_sender(client("sesv2"))
    cloudformation = client("cloudformation")
    try:
        if _status(cloudformation) is None and not import_buckets(
            cloudformation, STACK, template, STAGE
        ):
            cloudformation.create_stack(**request)
        else:
            cloudformation.update_stack(**request)
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise DeployFailed(str(error)) from error
    except ImportFailed as error:
        raise DeployFailed(str(error)) from error
    _wait(cloudformation)
    _remember_gateway(cloudformation, template)


def secret_values() -> dict[str, str]:
    """By their name without the stage, the secrets that the stack reads from the store."""
    secrets = load_secrets()
    address = f"127.0.0.1:{ports().postgres}/{DATABASE}"
    return {
        "database": f"postgresql://mara_app:{secrets.app_password}@{address}",
        "tokens": rotated_token_secrets() or json.dumps({"local-1": secrets.token_secret}),
        "local-keys": json.dumps({"local-1": secrets.local_key}),
        "chains": json.dumps(chains.settings()),
        "trials": secrets.trial_key,
        "scrape": secrets.scrape_token,
        **({"telegram-bot": platform_bot.token()} if platform_bot.token() else {}),
    }


def parameters(secrets: Mapping[str, str]) -> dict[str, str]:
    """Return the values of the template's parameters in the local stage.

    Raises DeployFailed where the judge of search has no server, or the cross-encoder no name: the
    first search would fail.
    """
    values = {
        "Stage": STAGE,
        "SecretsRevision": sha256(json.dumps(dict(secrets)).encode()).hexdigest()[:12],
        "CorsOrigins": f"{front_url()},http://localhost:3000,http://localhost:5173",
        "RequestsPerMinuteUser": "60000",
        "RequestsPerMinuteAddress": "60000",
        "BcryptCost": "10",
        "MailFrom": mailbox.SENDER,
        "RelayIntervalS": RELAY_INTERVAL_S,
        "PublicUrl": front_url(),
        "TelegramApiUrl": f"http://127.0.0.1:{ports().telegram}",
        **{
            parameter: os.environ[name]
            for name, parameter in FROM_ENVIRONMENT.items()
            if os.environ.get(name)
        },
        "Keys": "local",
        "PlatformBot": "yes" if "telegram-bot" in secrets else "",
        "Search": os.environ.get("MARA_SEARCH", "postgres"),
        "OpenSearchUrl": os.environ.get("MARA_OPENSEARCH_URL", ""),
        **language_model.parameters(),
    }
    if values.get("Reranker") == "ollama" and not values.get("OllamaUrl"):
        reason = language_model.unused_server() or "Set OLLAMA_HOST to its server."
        raise DeployFailed(f"MARA_RERANKER=ollama needs a language model. {reason}")
    if values.get("Reranker") == "cross-encoder" and not values.get("RerankerModel", "").strip():
        reason = "Set MARA_RERANKER_MODEL to the name of one at Hugging Face."
        raise DeployFailed(f"MARA_RERANKER=cross-encoder needs a model. {reason}")
    return values


def is_deployed() -> bool:
    """Whether the stack is deployed completely."""
    return _status(client("cloudformation")) in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}


def _upload(packages: Mapping[str, Package]) -> None:
    s3 = client("s3")
    if ARTIFACTS not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=ARTIFACTS, CreateBucketConfiguration={"LocationConstraint": REGION})
    known = {
        item["Key"]
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=ARTIFACTS)
        for item in page.get("Contents", [])
    }
    for part in packages.values():
        if part.name not in known:
            s3.put_object(Bucket=ARTIFACTS, Key=part.name, Body=part.content)


def upload_template(template: Template) -> str:
    """Put a template beside the packages; return the address that CloudFormation reads it from."""
    content = json.dumps(template).encode()
    key = f"{sha256(content).hexdigest()}.template"
    client("s3").put_object(Bucket=ARTIFACTS, Key=key, Body=content)
    return f"{endpoint()}/{ARTIFACTS}/{key}"


def _status(cloudformation: Any) -> str | None:
    try:
        stack = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
    except ClientError:
        return None
    status: str = stack["StackStatus"]
    return None if status == "DELETE_COMPLETE" else status


def _wait(cloudformation: Any) -> None:
    give_up_at = time.monotonic() + DEPLOY_TIMEOUT_S
    while time.monotonic() < give_up_at:
        status = _status(cloudformation) or ""
        if status in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
            return
        if status.endswith(("FAILED", "ROLLBACK_COMPLETE")):
            raise DeployFailed(_reason(cloudformation))
        waits_for(f"CloudFormation ({status or 'no stack yet'})")
        time.sleep(POLL_S)
    raise DeployFailed(f"The stack is not complete after {DEPLOY_TIMEOUT_S:.0f} s.")


def _reason(cloudformation: Any) -> str:
    events = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
    failed = [e for e in events if e["ResourceStatus"].endswith("FAILED")]
    lines = [f"{e['LogicalResourceId']}: {e.get('ResourceStatusReason', '?')}" for e in failed]
    return "\n".join(lines) or "The emulator gives no reason."


def _remember_gateway(cloudformation: Any, template: Template) -> None:
    stack = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
    outputs = {o["OutputKey"]: o["OutputValue"] for o in stack["Outputs"]}
    given = {p["ParameterKey"]: p["ParameterValue"] for p in stack["Parameters"]}
    where = {
        "api_id": outputs["ApiId"],
        "stage": STAGE,
        "emulator_port": ports().emulator,
        "routes": [[route.method, route.path] for route in routes_of(template)],
        "origins": given["CorsOrigins"].split(","),
    }
    _write(state_dir() / GATEWAY_FILE, where)


def _write(file: Path, content: Any) -> None:
    """Replace a file atomically."""
    staging = file.with_suffix(".new")
    staging.write_text(json.dumps(content), "utf-8")
    staging.rename(file)
