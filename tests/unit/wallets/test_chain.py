"""What providers report: hashes, ranges and balances, and what is none of them."""

import pytest

from mara.wallets.model import AddressBalances, BlockRange, BlockRef, parse_hash

HEAD = BlockRef(7, "0x07")


class TestHash:
    @pytest.mark.parametrize("digits", ["a", "AB" * 32, "0123456789abcdef"])
    def test_has_one_spelling(self, digits: str) -> None:
        assert parse_hash(f"0x{digits}") == f"0x{digits.lower()}"
        assert parse_hash(f"0X{digits}") == f"0x{digits.lower()}"

    @pytest.mark.parametrize("text", ["", "0x", "ab", "0x" + "a" * 65, "0xg", "0xa\n", " 0xa"])
    def test_is_hexadecimal(self, text: str) -> None:
        with pytest.raises(ValueError, match="hexadecimal"):
            parse_hash(text)


class TestBlockRange:
    def test_includes_both_ends(self) -> None:
        blocks = BlockRange(3, 5)
        assert [number for number in range(8) if number in blocks] == [3, 4, 5]

    def test_may_be_the_first_block_alone(self) -> None:
        assert 0 in BlockRange(0, 0)

    def test_is_split_into_full_parts_and_a_rest(self) -> None:
        assert BlockRange(3, 9).split(3) == [BlockRange(3, 5), BlockRange(6, 8), BlockRange(9, 9)]


class TestAddressBalances:
    def test_may_be_zero(self) -> None:
        assert AddressBalances(HEAD, token_micro_usdt=0, native=0).native == 0

    @pytest.mark.parametrize(("token", "native"), [(-1, 0), (0, -1), (-1, -1)])
    def test_are_not_negative(self, token: int, native: int) -> None:
        with pytest.raises(ValueError, match="non-negative"):
            AddressBalances(HEAD, token_micro_usdt=token, native=native)
