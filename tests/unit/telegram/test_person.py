"""Codes that link a Telegram account."""

import pytest

from mara.telegram.model.person import CODE, draw_code, hash_of_code


class TestCode:
    def test_has_22_characters_that_a_link_of_telegram_may_carry(self) -> None:
        codes = {draw_code() for _ in range(50)}
        assert len(codes) == 50
        assert all(CODE.fullmatch(code) for code in codes)

    @pytest.mark.parametrize("text", ["", "a" * 21, "a" * 23, "ы" * 22, "a" * 22 + "\n", "a b" * 7])
    def test_of_another_form_has_no_hash(self, text: str) -> None:
        assert hash_of_code(text) is None
        assert hash_of_code("a" * 22) != hash_of_code("b" * 22)
