"""The template and the packages that the emulator gets."""

from typing import Any

import pytest

from infra.local.alarms import TARGET
from infra.local.package import Package, load_template, package

BUCKET = "artifacts"


@pytest.fixture(scope="module")
def packaged() -> tuple[dict[str, Any], dict[str, Package]]:
    return package(load_template(), BUCKET)


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

    def test_have_of_the_layers_our_own_alone(
        self, packaged: tuple[dict[str, Any], dict[str, Package]]
    ) -> None:
        template, _ = packaged
        assert template["Globals"]["Function"]["Layers"] == [{"Ref": "MaraLayer"}]
        assert "Layers" not in template["Resources"]["LogIn"]["Properties"]
        assert "HttpLayer" not in template["Resources"]
