"""A class name of ``mara`` has one definition, so that a name in a log or a review is one thing."""

import ast
from collections import defaultdict

from infra.local.settings import ROOT


def definitions() -> dict[str, list[str]]:
    """By the name of each class at the top level of a module, the files that define it."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "shared" / "mara").rglob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef):
                found[node.name].append(path.relative_to(ROOT).as_posix())
    return found


class TestClasses:
    def test_are_defined_once(self) -> None:
        assert definitions()
        twice = {name: files for name, files in definitions().items() if len(files) > 1}
        assert not twice

    def test_of_the_api_have_one_home(self) -> None:
        """Agents, documents and search answer with it: one schema of the OpenAPI document."""
        assert definitions()["PlaceOut"] == ["shared/mara/search/schemas.py"]
