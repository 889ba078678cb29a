"""Turns the template and the source tree into zip files and a template that names them.

The emulator runs functions in this Python environment, which holds the locked packages already, so
of the layers only our own code is shipped. Decision 0003 says why this is not `sam package`.
"""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from infra.local.settings import REGION, ROOT

Template = dict[str, Any]

FUNCTION = "AWS::Serverless::Function"
LAYER = "AWS::Serverless::LayerVersion"
STACK = "AWS::CloudFormation::Stack"
OWN_LAYER = "MaraLayer"
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Package:
    """A file named by the hash of its content: what did not change keeps its name."""

    name: str
    content: bytes


def load_template() -> Template:
    """Read template.yaml, with CloudFormation's short tags as mappings."""
    template: Template = yaml_parse((ROOT / "template.yaml").read_text("utf-8"))
    return template


def package(template: Template, bucket: str) -> tuple[Template, dict[str, Package]]:
    """Return the template with S3 locations for source folders, and packages by logical id."""
    packages: dict[str, Package] = {}
    resources = {**template["Resources"], "Api": _plain_media_types(template["Resources"]["Api"])}
    for logical_id, resource in list(resources.items()):
        if resource["Type"] == FUNCTION:
            packages[logical_id] = _zip(ROOT / resource["Properties"]["CodeUri"], prefix="")
            key = "CodeUri"
        elif logical_id == OWN_LAYER:
            packages[logical_id] = _zip(ROOT / "shared" / "mara", prefix="python/mara/")
            key = "ContentUri"
        elif resource["Type"] == STACK:
            properties = resource["Properties"]
            packages[logical_id] = _read(ROOT / properties["TemplateURL"])
            url = f"https://s3.{REGION}.amazonaws.com/{bucket}/{packages[logical_id].name}"
            resources[logical_id] = {**resource, "Properties": {**properties, "TemplateURL": url}}
            continue
        elif resource["Type"] == LAYER:
            del resources[logical_id]
            continue
        else:
            continue
        location = {"Bucket": bucket, "Key": packages[logical_id].name}
        properties = {**resource["Properties"], key: location}
        properties.pop("Layers", None)  # those of dependencies; our own stands in Globals
        resources[logical_id] = {"Type": resource["Type"], "Properties": properties}
    globals_ = {**template["Globals"]}
    globals_["Function"] = {**globals_["Function"], "Layers": [{"Ref": OWN_LAYER}]}
    return {**template, "Globals": globals_, "Resources": resources}, packages


def _plain_media_types(api: Template) -> Template:
    """CloudFormation wants ``~1`` for a slash here; the emulator takes it literally."""
    properties = {**api["Properties"]}
    binary = properties.get("BinaryMediaTypes", [])
    properties["BinaryMediaTypes"] = [name.replace("~1", "/") for name in binary]
    return {**api, "Properties": properties}


def _read(path: Path) -> Package:
    content = path.read_bytes()
    return Package(f"{hashlib.sha256(content).hexdigest()}{path.suffix}", content)


def _zip(folder: Path, prefix: str) -> Package:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in _files(folder):
            # A fixed time: the same content makes the same package.
            entry = zipfile.ZipInfo(prefix + path.relative_to(folder).as_posix(), _EPOCH)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    content = buffer.getvalue()
    return Package(f"{hashlib.sha256(content).hexdigest()}.zip", content)


def _files(folder: Path) -> Iterator[Path]:
    return (
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    )
