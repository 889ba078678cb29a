"""Characters that look alike become equal, and invisible ones are removed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.kernel.normalization import normalize, normalized


class TestNormalize:
    @pytest.mark.parametrize(
        ("written", "text"),
        [
            (unicodedata.normalize("NFD", "Ёлка и йод"), "Ёлка и йод"),
            (unicodedata.normalize("NFD", "résumé, Übergröße"), "résumé, Übergröße"),
            ("\u1112\u1161\u11ab", "한"),
            ("зави\u00adсает конфигу\u00adрация", "зависает конфигурация"),
            ("con\u00adfig\u200bu\u2060ra\ufefftion", "configuration"),
            ("ключ от архи\u0301ва у Гага\u0301риной", "ключ от архива у Гагариной"),
            ("за\u00b4мок", "замок"),
            ("Е\u0301\u0308лка", "Ёлка"),
            ("е\u00ad\u0308лка", "ёлка"),
            ("of\ufb01ce work\ufb02ow, e\ufb03cient, di\ufb00", "office workflow, efficient, diff"),
            ("12\u00a0500\u202fрублей", "12 500 рублей"),
            ("Wi\u2011Fi и кто\u2010то", "Wi-Fi и кто-то"),
            ("ser\u200dvice a\u200b\u200db \u200cc", "service ab c"),
            ("abc\u202etxt.exe\u202c", "abctxt.exe"),
            ("seen\U000e0068\U000e0069", "seen"),
            ("\U0001f600\ufe0f\ufe01\ufe02\U000e0100", "\U0001f600\ufe0f"),
        ],
    )
    def test_writes_what_looks_alike_alike(self, written: str, text: str) -> None:
        assert normalize(written) == text

    @pytest.mark.parametrize(
        "text",
        [
            "👩\u200d💻 и ❤️\u200d🔥",
            "می\u200cخواهم",
            "क्\u200dष",
            "об´єкт",
            "№ 5 — «Байкал», 15 °C, x² + y³",
            "Ѓорѓи, ќебап, Ђорђе",
            "naïve façade",
        ],
    )
    def test_keeps_what_has_a_meaning(self, text: str) -> None:
        assert normalized(text) == normalized(normalize(text))
        assert normalize(text) == text

    def test_counts_what_it_removes(self) -> None:
        assert normalized("архи\u0301в\u00ad ﬁ\u00a0\u200b").removed == 3
        assert normalized(unicodedata.normalize("NFD", "й")).removed == 0

    @given(st.text())
    def test_is_done_after_one_pass(self, text: str) -> None:
        once = normalize(text)
        assert normalize(once) == once
        assert unicodedata.is_normalized("NFC", once)
