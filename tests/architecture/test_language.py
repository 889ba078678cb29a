"""Code and documents use plain technical English, without the dialect that preceded it."""

import re
from collections.abc import Iterator
from pathlib import Path

from infra.local.settings import ROOT

PLACES = (
    *("shared", "functions", "infra", "migrations"),
    *(
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "Makefile",
        "template.yaml",
        "pyproject.toml",
    ),
)
SUFFIXES = {".py", ".md", ".yaml", ".yml", ".toml", ".sh", ".sql", ""}
NOT_ENGLISH = ("infra/local/demo/",)
"""Documents of the demo, whose language is their content."""

WORDS = (
    *("nobody", "whoever", "till", "ours", "anew", "vouch(?:es|ed)?", "confess(?:es|ed)?"),
    *("bears?", "borne", "bur(?:y|ies|ied)", "believ(?:e|es|ed)", "t(?:ell|ells|old) of"),
    *("go(?:es)? over to", "looks? through", "what is theirs", "of one's own"),
)
PATTERN = re.compile(
    "|".join(rf"(?<![a-z]){word}(?![a-z])" for word in WORDS).replace(" ", r"[\s_]+"), re.IGNORECASE
)
TERMS = {
    # The user of Unix systems.
    ("infra/local/postgres.py", "nobody"),
    ("infra/local/processes.py", "nobody"),
    ("infra/decisions/0002-own-postgresql-launcher.md", "nobody"),
    # Published texts: the title of a problem, an error's detail, what is dropped from a format.
    ("shared/mara/documents/errors.py", "ours"),
    ("shared/mara/kernel/page.py", "ours"),
    ("shared/mara/search/service/reindexing.py", "anew"),
    ("shared/mara/documents/service/formats.py", "nobody"),
}
"""Uses of such a word as a term of the field, or in a published text."""


def texts() -> Iterator[tuple[str, str]]:
    """Each file by its path, with its text."""
    for place in PLACES:
        root = ROOT / place
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            name = path.relative_to(ROOT).as_posix()
            if is_read(path) and not name.startswith(NOT_ENGLISH):
                yield name, path.read_text("utf-8")


def is_read(path: Path) -> bool:
    return path.is_file() and path.suffix in SUFFIXES and "__pycache__" not in path.parts


def found() -> Iterator[str]:
    for name, text in texts():
        for number, line in enumerate(text.splitlines(), start=1):
            for match in PATTERN.finditer(line):
                if (name, match.group().lower()) not in TERMS:
                    yield f"{name}:{number}: {match.group()}"


class TestLanguage:
    def test_has_none_of_the_words(self) -> None:
        assert list(found()) == []

    def test_is_read_from_all_places(self) -> None:
        names = {name for name, _ in texts()}
        assert {"Makefile", "shared/mara/__init__.py", "template.yaml"} <= names

    def test_recognises_a_word_in_a_sentence_and_in_a_name(self) -> None:
        for line in ("Nobody reads it.", "def _bury(letter):", "It goes over to the other."):
            assert PATTERN.search(line), line
        for line in ("Bearer tokens, for hours, until it is instilled.", "its tail"):
            assert not PATTERN.search(line), line
