"""Which files are taken, and their names."""

import pytest

from mara.documents.errors import InvalidFilename, UnsupportedFormat
from mara.documents.service.formats import CONTRACTS, clean_filename, format_of
from mara.extraction.model import Format
from mara.search.model.language import language_of


class TestCleanFilename:
    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ("runbook.md", "runbook.md"),
            ("../../etc/passwd.txt", "passwd.txt"),
            ("C:\\files\\план.docx", "план.docx"),
            ("  a.md ", "a.md"),
            ("и\u0306.md", "й.md"),
            ("👩\u200d💻 заметки.txt", "👩\u200d💻 заметки.txt"),
            ("❤\ufe0f\u200d🔥.pdf", "❤\ufe0f\u200d🔥.pdf"),
            ("می\u200cخواهم.docx", "می\u200cخواهم.docx"),
            ("क्\u200dष.csv", "क्\u200dष.csv"),
        ],
    )
    def test_keeps_the_name_alone(self, sent: str, kept: str) -> None:
        assert clean_filename(sent) == kept

    @pytest.mark.parametrize(
        "sent",
        [
            "",
            "..",
            "a/",
            "a\nb.md",
            "a\x00.md",
            "a\u202egpj.md",
            "service\u200d.md",
            "👩\u200d💻 a\u200db.md",
            "👩\u200d💻\u202egpj.md",
            "\U000e0061.md",
            "x" * 253 + ".md",
        ],
    )
    def test_refuses_what_is_no_name(self, sent: str) -> None:
        with pytest.raises(InvalidFilename):
            clean_filename(sent)


class TestFormatOf:
    def test_knows_every_format_by_its_ending_in_any_case(self) -> None:
        for format_ in Format:
            assert format_of(f"a.{format_.value.upper()}") is format_

    @pytest.mark.parametrize("name", ["a.exe", "pdf", "a.pdf.zip", "a."])
    def test_refuses_others(self, name: str) -> None:
        with pytest.raises(UnsupportedFormat):
            format_of(name)

    def test_every_format_has_a_contract(self) -> None:
        assert CONTRACTS.keys() == set(Format)


class TestLanguageOf:
    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("Перезапустите сервис командой kubectl rollout restart deployment/x", "ru"),
            ("Restart the service with the command below and wait.", "en"),
            ("短", None),
            ("重启服务然后等待队列变空再检查状态重启服务然后等待队列", None),
            ("12345", None),
        ],
    )
    def test_tells_our_two_languages(self, text: str, language: str | None) -> None:
        assert language_of(text) == language
