"""The container images hold what the lock says, and replace the zips of what searches or embeds."""

from typing import Any

from infra.local.images import (
    DOCKERFILE,
    REQUIREMENTS,
    SEARCH_LAYER,
    ZIP_ONLY,
    requirements,
    with_images,
)
from infra.local.package import FUNCTION, LAYER, load_template
from infra.local.settings import ROOT

SOURCE = load_template()
MADE = with_images(SOURCE)


def functions(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {n: r for n, r in template["Resources"].items() if r["Type"] == FUNCTION}


def images() -> dict[str, dict[str, Any]]:
    found = functions(MADE)
    return {n: r for n, r in found.items() if r["Properties"].get("PackageType") == "Image"}


class TestRequirements:
    def test_are_the_versions_of_the_lock(self) -> None:
        assert REQUIREMENTS.read_text("utf-8") == requirements(), "run: .venv/bin/mara layers"

    def test_pin_a_torch_of_their_own(self) -> None:
        pinned = (DOCKERFILE.parent / "torch.txt").read_text("utf-8")
        assert pinned.startswith("torch==")
        for line in requirements().splitlines():
            assert not line.startswith("torch==") or line.endswith("sys_platform == 'never'")


class TestTemplate:
    def test_has_an_image_for_every_function_with_the_search_layer(self) -> None:
        wanted = {
            name
            for name, resource in functions(SOURCE).items()
            if SEARCH_LAYER in resource["Properties"].get("Layers", [])
        }
        assert set(images()) == wanted
        assert {"AskAgent", "SearchDocuments", "IngestDocument"} <= wanted

    def test_gives_no_image_what_only_a_zip_may_have(self) -> None:
        shared = MADE["Globals"]["Function"]
        for resource in images().values():
            assert not {"CodeUri", *ZIP_ONLY} & (set(resource["Properties"]) | set(shared))

    def test_leaves_every_other_function_as_it_was(self) -> None:
        shared = SOURCE["Globals"]["Function"]
        for name, resource in functions(MADE).items():
            if name in images():
                continue
            before = functions(SOURCE)[name]["Properties"]
            layers = [*shared["Layers"], *before.get("Layers", [])]
            expected = {"Handler": shared["Handler"], "Runtime": shared["Runtime"], **before}
            assert resource["Properties"] == {**expected, "Layers": layers}

    def test_builds_each_image_from_a_folder_with_a_handler(self) -> None:
        for resource in images().values():
            metadata = resource["Metadata"]
            assert (ROOT / metadata["Dockerfile"]) == DOCKERFILE
            assert (ROOT / metadata["DockerBuildArgs"]["FUNCTION"] / "handler.py").is_file()

    def test_changes_nothing_else(self) -> None:
        gone = set(SOURCE["Resources"]) - set(MADE["Resources"])
        assert "SearchLayer" in gone
        assert {SOURCE["Resources"][name]["Type"] for name in gone} == {LAYER}
        assert not set(MADE["Resources"]) - set(SOURCE["Resources"])
        for name, resource in MADE["Resources"].items():
            if resource["Type"] != FUNCTION:
                assert resource == SOURCE["Resources"][name]
