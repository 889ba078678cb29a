"""Words that the end of a line divides."""

import pytest

from mara.extraction.pdf_words import DIVISION, Dictionary


class TestDictionary:
    @pytest.mark.parametrize(
        "word",
        [
            "oper|ator",
            "proce|dure",
            "пере|загрузить",
            "напря|жение",
            "ПЕРЕ|ЗАГРУЗКА",
            "Пита|ние",
        ],
    )
    def test_joins_the_parts_of_a_word(self, word: str) -> None:
        assert Dictionary([]).joined(word.replace("|", DIVISION)) == word.replace("|", "")

    @pytest.mark.parametrize(
        "word",
        [
            "well|known",
            "INV|2024",
            "ИТ|Отдел",
            "как|нибудь",
            "кто|то",
            "по|русски",
            "юго|западный",
            "Sturm|Liouville",
            "state-of-the|art",
            "https://e.org/linehaul|cloud",
            "E2E|tests",
        ],
    )
    def test_keeps_the_hyphen_of_a_compound(self, word: str) -> None:
        assert Dictionary([]).joined(word.replace("|", DIVISION)) == word.replace("|", "-")

    def test_spells_a_word_as_the_document_does(self) -> None:
        divided = f"A read{DIVISION}only set{DIVISION}up, a client{DIVISION}server one."
        words = Dictionary(["It is read-only.", "The client calls the server.", divided])
        assert words.joined(divided) == "A read-only setup, a client-server one."
