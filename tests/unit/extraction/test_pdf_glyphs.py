"""Letters without names in their font: some are letters all the same, most are not."""

import pytest

from mara.extraction.pdf_glyphs import makes_words


class TestMakesWords:
    @pytest.mark.parametrize(
        "text",
        ["KEY INVESTOR INFORMATION", "Výbava na přání", "cm", "12 345,60", "Factuurdatum: 3 mei"],
    )
    def test_of_letters(self, text: str) -> None:
        assert makes_words(text)

    @pytest.mark.parametrize(
        "text",
        [
            "\x01\x04\x05\x06\x07",
            "7KH\x03JDWHZD\\\x03ZDV\x03LQVSHFWHG",
            "ɍɝɥɨɜɚɹ ɲɥɢɮɨɜɚɥɶɧɚɹ",
            "'(6&5,37,21 $1'",
            "WKHJDWHZDBZDVLQVSHFWHGLQPDB",
            "",
        ],
    )
    def test_not_of_numbers_of_glyphs(self, text: str) -> None:
        assert not makes_words(text)
