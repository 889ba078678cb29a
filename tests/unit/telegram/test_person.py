"""Codes that link a Telegram account."""

import re

from mara.telegram.model.person import draw_code, hash_of_code


class TestCode:
    def test_has_22_characters_that_a_link_of_telegram_may_carry(self) -> None:
        codes = {draw_code() for _ in range(50)}
        assert len(codes) == 50
        assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", code) for code in codes)

    def test_is_kept_by_its_hash_whatever_a_stranger_sends(self) -> None:
        texts = ["", "a" * 22, "b" * 22, "\ud800", "ы" * 64]
        hashes = {hash_of_code(text) for text in texts}
        assert {len(found) for found in hashes} == {32}
        assert len(hashes) == len(texts)
