"""Decision records have one form and an index; links and paths in documents lead somewhere."""

import re
from pathlib import Path

import pytest

from infra.local.cli import COMMANDS, NEED_NO_STACK
from infra.local.settings import ROOT

DECISIONS = sorted((ROOT / "infra" / "decisions").glob("[0-9]*.md"))
DOCUMENTS = [
    *(path for name in ("README.md", "CONTRIBUTING.md") if (path := ROOT / name).exists()),
    *sorted((ROOT / "infra" / "docs").glob("*.md")),
    *sorted((ROOT / "infra" / "decisions").glob("*.md")),
]
FORM = re.compile(
    r"# (?P<number>\d{4}) (?P<title>[^\n]+)\n\nStatus: (?P<status>[^\n]+)\n.*"
    r"^## Context\n.*^## Decision\n.*^## Consequences\n",
    re.DOTALL | re.MULTILINE,
)
STATUS = re.compile(r"(accepted|superseded( in part)? by )")
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")
PATH = re.compile(
    r"`((?:functions|infra|migrations|shared|tests)/[\w./-]+\.(?:py|md|json|yaml|sh|tsv))`"
)


def names(paths: list[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in paths]


class TestDecisions:
    @pytest.mark.parametrize("path", DECISIONS, ids=names(DECISIONS))
    def test_has_number_title_status_context_decision_and_consequences(self, path: Path) -> None:
        form = FORM.match(path.read_text("utf-8"))
        assert form
        assert path.name.startswith(form["number"])
        assert STATUS.match(form["status"])

    def test_are_all_in_the_index_with_title_and_status(self) -> None:
        index = (ROOT / "infra" / "decisions" / "README.md").read_text("utf-8")
        for path in DECISIONS:
            form = FORM.match(path.read_text("utf-8"))
            assert form
            assert f"| [{form['number']}]({path.name}) | {form['title']} | " in index
        assert index.count("\n| [0") == len(DECISIONS)


class TestCommands:
    OF_DEVELOPERS = NEED_NO_STACK - {"backup", "localstack", "model", "restore", "up"}
    """Of CONTRIBUTING.md, or run by `mara generate`."""

    @pytest.mark.parametrize("command", sorted(COMMANDS.keys() - OF_DEVELOPERS))
    def test_of_operators_are_in_the_table_of_the_readme(self, command: str) -> None:
        text = (ROOT / "README.md").read_text("utf-8")
        table = text.partition("## Commands")[2].partition("\n## ")[0]
        assert re.search(rf"(?:make|mara) {command}\b|, `{command}\b", table)


class TestDocuments:
    @pytest.mark.parametrize("path", DOCUMENTS, ids=names(DOCUMENTS))
    def test_links_to_files_that_exist(self, path: Path) -> None:
        text = path.read_text("utf-8")
        missing = [link for link in LINK.findall(text) if not (path.parent / link).exists()]
        missing += [name for name in PATH.findall(text) if not (ROOT / name).exists()]
        assert missing == []
