"""The layers hold what the lock says, and the template builds every one of them."""

from pathlib import Path

import pytest

from infra.local.layers import FOLDER, GROUPS, requirements
from infra.local.package import FUNCTION, LAYER, OWN_LAYER, load_template
from infra.local.settings import ROOT


def layers() -> dict[str, Path]:
    return {
        name: ROOT / resource["Properties"]["ContentUri"]
        for name, resource in load_template()["Resources"].items()
        if resource["Type"] == LAYER
    }


class TestLayers:
    @pytest.mark.parametrize("group", GROUPS)
    def test_hold_the_versions_of_the_lock(self, group: str) -> None:
        written = (FOLDER / group / "requirements.txt").read_text("utf-8")
        assert written == requirements(group), "run: .venv/bin/mara layers"

    def test_repeat_no_package_of_the_core_layer(self) -> None:
        core = set(requirements("core").splitlines())
        for group in GROUPS[1:]:
            assert not core & set(requirements(group).splitlines()), group

    def test_are_all_in_the_template(self) -> None:
        folders = {folder.name for name, folder in layers().items() if name != OWN_LAYER}
        assert folders == set(GROUPS)
        assert {folder.name for folder in FOLDER.iterdir() if folder.is_dir()} == set(GROUPS)

    def test_have_a_makefile_with_their_target(self) -> None:
        for name, folder in layers().items():
            makefile = (folder / "Makefile").read_text("utf-8")
            assert f"\nbuild-{name}:" in makefile, folder

    def test_are_each_used_by_a_function(self) -> None:
        template = load_template()
        attached = [template["Globals"]["Function"]["Layers"]] + [
            resource["Properties"].get("Layers", [])
            for resource in template["Resources"].values()
            if resource["Type"] == FUNCTION
        ]
        assert {reference["Ref"] for some in attached for reference in some} == set(layers())
