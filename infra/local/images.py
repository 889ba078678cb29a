"""The template with container images in place of zip files, for models of sentence-transformers.

``mara images`` writes it to standard output, as JSON, which ``sam build`` and ``sam deploy`` take
like template.yaml:

    mara images > template.images.json
    sam build --template template.images.json
    sam deploy --guided --parameter-overrides Embedder=sentence-transformers ...

Functions that search or embed (those with the search layer) become images; the others stay zips.
"""

import json
from pathlib import Path
from typing import Any

from infra.local.layers import requirements_of
from infra.local.package import FUNCTION, LAYER, Template, load_template
from infra.local.settings import ROOT

FOLDER = ROOT / "infra" / "images" / "transformers"
DOCKERFILE = FOLDER / "Dockerfile"
REQUIREMENTS = FOLDER / "requirements.txt"
EXTRAS = ("ai", "documents", "http", "opensearch", "search", "transformers")
"""Whatever a function that searches or embeds may import."""

SEARCH_LAYER = {"Ref": "SearchLayer"}
ZIP_ONLY = ("Handler", "Layers", "Runtime")
"""Properties that an image must not have: in Globals they would apply to it too."""


def requirements() -> str:
    """The pinned requirements of the image, without torch, which torch.txt pins."""
    return requirements_of(EXTRAS)


def export() -> str:
    """Write the requirements of the image; return what was written."""
    REQUIREMENTS.write_text(requirements(), "utf-8")
    return str(REQUIREMENTS.relative_to(ROOT))


def template() -> str:
    """The template with images, as JSON."""
    return json.dumps(with_images(load_template()), indent=1, ensure_ascii=False)


def with_images(source: Template) -> Template:
    """Turn every function with the search layer into an image."""
    shared = source["Globals"]["Function"]
    defaults = {name: shared[name] for name in ZIP_ONLY if name in shared}
    kept = {name: value for name, value in shared.items() if name not in ZIP_ONLY}
    resources = {
        name: _function(resource, defaults) if resource["Type"] == FUNCTION else resource
        for name, resource in source["Resources"].items()
    }
    used = {
        layer["Ref"]
        for resource in resources.values()
        for layer in resource["Properties"].get("Layers", [])
        if resource["Type"] == FUNCTION
    }
    resources = {
        name: resource
        for name, resource in resources.items()
        if resource["Type"] != LAYER or name in used
    }
    globals_ = {**source["Globals"], "Function": kept}
    return {**source, "Globals": globals_, "Resources": resources}


def _function(resource: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    properties = resource["Properties"]
    if SEARCH_LAYER not in properties.get("Layers", []):
        layers = [*defaults.get("Layers", []), *properties.get("Layers", [])]
        return {**resource, "Properties": {**defaults, **properties, "Layers": layers}}
    folder = properties["CodeUri"].strip("/")
    zip_only = {"CodeUri", *ZIP_ONLY}
    kept = {name: value for name, value in properties.items() if name not in zip_only}
    metadata = {
        "DockerContext": ".",
        "Dockerfile": DOCKERFILE.relative_to(ROOT).as_posix(),
        "DockerTag": Path(folder).name.replace("_", "-"),
        "DockerBuildArgs": {"FUNCTION": f"{folder}/"},
    }
    return {**resource, "Properties": {**kept, "PackageType": "Image"}, "Metadata": metadata}
