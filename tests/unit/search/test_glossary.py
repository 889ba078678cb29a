"""The data file of the glossary, and what its loader refuses."""

from pathlib import Path

import pytest

from infra.local import layer_folder
from infra.local.settings import ROOT
from mara.search.model.glossary import PATH, entries, parse


class TestEntries:
    def test_are_those_of_the_file_that_is_packaged_with_the_module(self) -> None:
        assert PATH.is_file()
        assert len(entries()) == sum(
            bool(line) and not line.startswith("#") for line in PATH.read_text("utf-8").splitlines()
        )
        assert entries()["перезапуск"] == ("restart", "crashloop")

    def test_are_sorted_so_that_a_duplicate_is_seen_in_review(self) -> None:
        assert list(entries()) == sorted(entries())

    def test_are_in_the_layer_of_our_own_code(self, tmp_path: Path) -> None:
        copy = layer_folder.put(ROOT / "shared" / "mara", tmp_path)
        assert (copy / "search/model/glossary.tsv").read_bytes() == PATH.read_bytes()


class TestParse:
    def test_reads_words_and_translations_between_comments_and_empty_lines(self) -> None:
        assert parse("# words\n\nдиск\tdisk drive\n") == {"диск": ("disk", "drive")}

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("disk\tdisk", "is not one Russian word"),
            ("жёсткий диск\tdisk", "is not one Russian word"),
            ("Диск\tdisk", "is not one Russian word"),
            ("диск", "are not English words"),
            ("диск\t", "are not English words"),
            ("диск\tdisk  drive", "are not English words"),
            ("диск\tнакопитель", "are not English words"),
            ("диск\tdisk disk", "a translation is repeated"),
            ("узел\tnode", "has an entry already"),
        ],
    )
    def test_refuses_an_invalid_line_and_names_it(self, line: str, reason: str) -> None:
        with pytest.raises(ValueError, match=f"line 2: .*{reason}"):
            parse(f"узел\tnode\n{line}\n")
