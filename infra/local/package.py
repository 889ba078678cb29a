"""Turns the template and the source tree into zip files and a template that names them.

The emulator runs functions in this Python environment, which holds the locked packages already, so
the layer of our own code is the only one that is packaged. Decision 0003 says why this is not
`sam package`.
"""

import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from infra.local import layer_folder
from infra.local.settings import REGION, ROOT

Template = dict[str, Any]

FUNCTION = "AWS::Serverless::Function"
LAYER = "AWS::Serverless::LayerVersion"
STACK = "AWS::CloudFormation::Stack"
OWN_LAYER = "MaraLayer"
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip file can hold."""


@dataclass(frozen=True)
class Package:
    """A file to upload; the name is a hash of the content, so unchanged content keeps its name."""

    name: str
    content: bytes


def load_template() -> Template:
    """Read template.yaml, with CloudFormation's short tags as mappings."""
    template: Template = yaml_parse((ROOT / "template.yaml").read_text("utf-8"))
    return template


def package(template: Template, bucket: str, layers: Path) -> tuple[Template, dict[str, Package]]:
    """Return the template with S3 locations for source folders, and packages by logical id.

    Our own layer is put below the folder ``layers``.
    """
    kept = {
        logical_id: resource
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] != LAYER or logical_id == OWN_LAYER
    }
    packages = {
        logical_id: _package(resource, layers)
        for logical_id, resource in kept.items()
        if resource["Type"] in {FUNCTION, LAYER, STACK}
    }
    located = {
        logical_id: _locate(kept[logical_id], bucket, package.name)
        for logical_id, package in packages.items()
    }
    resources = {**kept, **located, "Api": _plain_media_types(kept["Api"])}
    function_globals = {**template["Globals"]["Function"], "Layers": [{"Ref": OWN_LAYER}]}
    globals_ = {**template["Globals"], "Function": function_globals}
    return {**template, "Globals": globals_, "Resources": resources}, packages


def _package(resource: Template, layers: Path) -> Package:
    """Read the source of a function, of our own layer, or of a nested stack."""
    if resource["Type"] == FUNCTION:
        folder = ROOT / resource["Properties"]["CodeUri"]
        return _zip({p.relative_to(folder).as_posix(): p.read_bytes() for p in _files(folder)})
    if resource["Type"] == LAYER:
        copy = layer_folder.put(ROOT / "shared" / "mara", layers)
        return _zip({"python/mara/__init__.py": layer_folder.pointer(copy).encode()})
    return _read(ROOT / resource["Properties"]["TemplateURL"])


def _locate(resource: Template, bucket: str, key: str) -> Template:
    """Return the resource with the S3 location of its package in place of the source folder."""
    properties = resource["Properties"]
    if resource["Type"] == STACK:
        url = f"https://s3.{REGION}.amazonaws.com/{bucket}/{key}"
        return {**resource, "Properties": {**properties, "TemplateURL": url}}
    source = "CodeUri" if resource["Type"] == FUNCTION else "ContentUri"
    # Layers of one function hold dependencies only; Globals name our own layer for all functions.
    kept = {name: value for name, value in properties.items() if name != "Layers"}
    location = {"Bucket": bucket, "Key": key}
    return {**resource, "Properties": {**kept, source: location}}


def _plain_media_types(api: Template) -> Template:
    """Replace ``~1`` by a slash in media types: the emulator does not decode it."""
    properties = {**api["Properties"]}
    binary = properties.get("BinaryMediaTypes", [])
    properties["BinaryMediaTypes"] = [name.replace("~1", "/") for name in binary]
    return {**api, "Properties": properties}


def _read(path: Path) -> Package:
    content = path.read_bytes()
    return Package(f"{hashlib.sha256(content).hexdigest()}{path.suffix}", content)


def _zip(files: Mapping[str, bytes]) -> Package:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            # A fixed time: the same content makes the same package.
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text, zipfile.ZIP_DEFLATED)
    content = buffer.getvalue()
    return Package(f"{hashlib.sha256(content).hexdigest()}.zip", content)


def _files(folder: Path) -> Iterator[Path]:
    return (
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    )
