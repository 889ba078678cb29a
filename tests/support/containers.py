"""What tests of containers need: a container engine, Lambda's image and the SAM CLI."""

import shutil
import subprocess

BASE_IMAGE = "public.ecr.aws/lambda/python:3.11-x86_64"
TIMEOUT_S = 60


def missing() -> str | None:
    """Why functions cannot run in containers here; None if they can."""
    if shutil.which("sam") is None:
        return "the SAM CLI is missing: pipx install aws-sam-cli"
    if shutil.which("docker") is None or not _succeeds("docker", "info"):
        return "no container engine answers"
    if not _succeeds("docker", "image", "inspect", BASE_IMAGE):
        return f"the base image is missing: docker pull {BASE_IMAGE}"
    return None


def _succeeds(*command: str) -> bool:
    run = subprocess.run(command, capture_output=True, timeout=TIMEOUT_S, check=False)
    return run.returncode == 0
