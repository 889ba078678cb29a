"""Codes that documents write longer or shorter than the question, and their neighbours."""

import pytest

from mara.search.model import Candidate, RankedCandidate
from mara.search.model.asking import asked_codes
from mara.search.model.code_parts import has, meant_by
from mara.search.service.exactness import match_codes
from tests.support.agents import a_hit


def is_matched(question: str, *passages: str) -> list[str]:
    """The passages that have all codes of the question; empty if one is in none of them."""
    hits = [a_hit(text) for text in passages]
    ranked = [RankedCandidate(Candidate(h.chunk, h.filename, 1.0, 0.5, 0.5), 1.0) for h in hits]
    found = match_codes(asked_codes(question), ranked)
    return [] if found.absent else [hit.candidate.chunk.text for hit in found.exact]


INVOICE, OTHER = "Invoice INV-2024-0118 is paid.", "Invoice INV-2024-0131 is open."
ACT = "ACT-2023-0118 is signed."
HOST, NEXT = "The database runs on 10.20.30.41.", "The cache runs on 10.20.30.42."


class TestMatched:
    @pytest.mark.parametrize(
        ("question", "passages", "matched"),
        [
            ("Is invoice 0118 paid?", [INVOICE, OTHER], INVOICE),
            (
                "Оплачен ли счёт 0118?",
                [OTHER, "Счёт СЧ-2024-0118 оплачен."],
                "Счёт СЧ-2024-0118 оплачен.",
            ),
            ("Кем выставлен счёт № 0118?", [INVOICE, OTHER], INVOICE),
            ("What is 0118?", [INVOICE, OTHER, "INV-2024-0118 again"], INVOICE),
            ("Is invoice 0118 paid?", ["INV/2024/0118", OTHER], "INV/2024/0118"),
            ("Is invoice 0118 paid?", ["0118-INV-2024", OTHER], "0118-INV-2024"),
            (
                "О чём договор 0118?",
                ["Договор № 0118/2024", "Договор № 0119/2024"],
                "Договор № 0118/2024",
            ),
            ("Is invoice 0118 paid?", ["INV_2024–0118", OTHER], "INV_2024–0118"),
            ("What runs on 10.20.30.41:5432?", [HOST, NEXT], HOST),
            ("Что работает на 10.20.30.41:5432?", [HOST, NEXT], HOST),
            (
                "What runs on db7.example.com:5432?",
                ["db7.example.com: main"],
                "db7.example.com: main",
            ),
            ("What runs on 10.20.30.41?", ["On 10.20.30.41:5432", NEXT], "On 10.20.30.41:5432"),
        ],
    )
    def test_is_the_passage_with_the_only_code_that_can_be_meant(
        self, question: str, passages: list[str], matched: str
    ) -> None:
        assert is_matched(question, *passages)[0] == matched

    @pytest.mark.parametrize(
        ("question", "passages"),
        [
            ("Is invoice 0118 paid?", [OTHER]),
            ("Is invoice 0118 paid?", [INVOICE, ACT]),
            ("Is invoice 0118 paid?", ["INV-2024-01180", "INV-20240118", "INV-2024.0118"]),
            ("Is invoice 118 paid?", [INVOICE]),
            ("Is invoice 18 paid?", [INVOICE]),
            ("Is 0118 USDT paid?", [INVOICE]),
            ("Is $ 118 paid?", ["INV-2024-118"]),
            ("What happened in 2024?", ["INV-0118-2024"]),
            ("Is invoice 0118 paid?", ["0117/0119", "0117-0119"]),
            ("What does article 118 say?", ["INV-2024-118"]),
            ("Is version 118 out?", ["INV-2024-118"]),
            ("Who has extension 555?", ["Call 8-800-100-555.", "10.20.30.555", "v1.2.555"]),
            ("What runs on 10.20.30.41:5432?", [NEXT]),
            ("What runs on 10.20.30.41:5432?", ["10.20.30.41:5433"]),
            ("What runs on 10.20.30.41:5432?", [HOST, "10.20.30.41:5433"]),
            ("What runs on 10.20.30.4:5432?", [HOST, "10.20.30.40 and 110.20.30.4"]),
            ("What runs on 10.20.30.41?", [NEXT, "10.20.30.42:41"]),
            ("What runs on 10.20.30.43:5432?", ["10.20.30.41:5432", "10.20.30.42:5432"]),
            ("What runs on db7.example.com:5432?", ["db8.example.com", "db7.example.org"]),
        ],
    )
    def test_is_none_where_another_or_none_can_be_meant(
        self, question: str, passages: list[str]
    ) -> None:
        assert is_matched(question, *passages) == []


def test_a_code_that_is_meant_is_in_the_passage_as_a_whole() -> None:
    (code,) = asked_codes("Is invoice 0118 paid?")
    assert meant_by(code, [INVOICE, OTHER]) == "inv-2024-0118"
    assert has("inv-2024-0118", INVOICE)
    assert not has("inv-2024-0118", "INV-2024-01180")
