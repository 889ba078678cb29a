"""The template and the packages that the emulator gets."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from infra.local.package import FUNCTION, Package, load_template, package
from infra.local.settings import ROOT
from infra.observability.alarms import TARGET

BUCKET = "artifacts"


@pytest.fixture(scope="module")
def packaged(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[dict[str, Any], dict[str, Package]]:
    return package(load_template(), BUCKET, tmp_path_factory.mktemp("layers"))


class TestNestedStack:
    def test_is_uploaded_and_addressed_by_its_content(
        self, packaged: tuple[dict[str, Any], dict[str, Package]]
    ) -> None:
        template, packages = packaged
        assert packages["Observability"].content == TARGET.read_bytes()
        url = template["Resources"]["Observability"]["Properties"]["TemplateURL"]
        assert (
            url == f"https://s3.eu-west-1.amazonaws.com/{BUCKET}/{packages['Observability'].name}"
        )


class TestFunctions:
    def test_name_their_package_and_keep_their_environment(
        self, packaged: tuple[dict[str, Any], dict[str, Package]]
    ) -> None:
        template, packages = packaged
        function = template["Resources"]["LogIn"]["Properties"]
        assert function["CodeUri"] == {"Bucket": BUCKET, "Key": packages["LogIn"].name}
        assert "MARA_BCRYPT_COST" in function["Environment"]["Variables"]

    def test_keep_their_condition(
        self, packaged: tuple[dict[str, Any], dict[str, Package]]
    ) -> None:
        """Without it, every function would be deployed, as that which ships lines to no Loki."""
        template, _ = packaged
        conditional = {
            name: resource["Condition"]
            for name, resource in load_template()["Resources"].items()
            if resource["Type"] == FUNCTION and "Condition" in resource
        }
        assert conditional
        for name, condition in conditional.items():
            assert template["Resources"][name]["Condition"] == condition

    def test_have_of_the_layers_our_own_alone(
        self, packaged: tuple[dict[str, Any], dict[str, Package]]
    ) -> None:
        template, _ = packaged
        assert template["Globals"]["Function"]["Layers"] == [{"Ref": "MaraLayer"}]
        assert "Layers" not in template["Resources"]["LogIn"]["Properties"]
        assert "HttpLayer" not in template["Resources"]


class TestOwnLayer:
    def test_is_a_pointer_to_a_copy_of_the_source(
        self, packaged: tuple[dict[str, Any], dict[str, Package]], tmp_path: Path
    ) -> None:
        _, packages = packaged
        with zipfile.ZipFile(io.BytesIO(packages["MaraLayer"].content)) as archive:
            archive.extractall(tmp_path)
        code = "import mara.kernel.ids as found; print(found.__file__)"
        environment = {"PYTHONPATH": str(tmp_path / "python")}
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        copied = Path(done.stdout.strip())
        assert copied.read_bytes() == (ROOT / "shared/mara/kernel/ids.py").read_bytes()
        assert ROOT not in copied.parents
