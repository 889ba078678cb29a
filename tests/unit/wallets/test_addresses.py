"""Addresses as they are spelt on each network, and what is none of them."""

import pytest
from bip_utils import Base58Encoder
from bip_utils.addr import TrxAddrDecoder
from hypothesis import given
from hypothesis import strategies as st
from web3 import Web3

from mara.wallets.adapters.addresses import StandardAddressCodec
from mara.wallets.errors import InvalidAddress
from mara.wallets.model import Network
from tests.support.vectors import published

CODEC = StandardAddressCodec()
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
EIP_55 = [vector["address"] for vector in published("eip55")]
USDT_ON_TRON = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"
USDT_ON_TRON_HEX = "a614f803b6fd780986a42c78ec9c7f77e6ded13c"
ON = {
    Network.ARBITRUM: EIP_55[4],
    Network.TRON: USDT_ON_TRON,
    Network.APTOS: "0x" + "00" * 31 + "0a",
}


class TestArbitrum:
    @pytest.mark.parametrize("text", EIP_55)
    def test_spells_as_eip_55_does(self, text: str) -> None:
        address = CODEC.decode(Network.ARBITRUM, text)
        assert CODEC.encode(Network.ARBITRUM, address) == text

    @pytest.mark.parametrize("text", EIP_55)
    def test_takes_all_small_and_all_capital_letters(self, text: str) -> None:
        address = bytes.fromhex(text[2:])
        for digits in (text[2:].lower(), text[2:].upper()):
            assert CODEC.decode(Network.ARBITRUM, "0x" + digits) == address

    def test_notices_every_letter_in_the_wrong_case(self) -> None:
        right = EIP_55[4]
        wrong = [
            right[:place] + letter.swapcase() + right[place + 1 :]
            for place, letter in enumerate(right)
            if place > 1 and letter.isalpha()
        ]
        assert len(wrong) > 10
        for text in wrong:
            with pytest.raises(InvalidAddress, match="mistake"):
                CODEC.decode(Network.ARBITRUM, text)

    @given(st.binary(min_size=20, max_size=20))
    def test_agrees_with_web3(self, address: bytes) -> None:
        text = CODEC.encode(Network.ARBITRUM, address)
        assert text == Web3.to_checksum_address(address)
        assert CODEC.decode(Network.ARBITRUM, text) == address


class TestTron:
    def test_spells_the_contract_of_usdt(self) -> None:
        address = bytes.fromhex(USDT_ON_TRON_HEX)
        assert CODEC.decode(Network.TRON, USDT_ON_TRON) == address
        assert CODEC.encode(Network.TRON, address) == USDT_ON_TRON

    @given(st.binary(min_size=20, max_size=20))
    def test_agrees_with_another_implementation(self, address: bytes) -> None:
        text = CODEC.encode(Network.TRON, address)
        assert text == Base58Encoder.CheckEncode(b"\x41" + address)
        assert TrxAddrDecoder.DecodeAddr(text) == address == CODEC.decode(Network.TRON, text)

    def test_notices_every_wrong_character(self) -> None:
        for place in range(1, len(USDT_ON_TRON)):
            for character in BASE58:
                text = USDT_ON_TRON[:place] + character + USDT_ON_TRON[place + 1 :]
                if text != USDT_ON_TRON:
                    with pytest.raises(InvalidAddress):
                        CODEC.decode(Network.TRON, text)

    @pytest.mark.parametrize("prefix", [b"\x00", b"\x40", b"\x42", b"\xa0"])
    def test_refuses_addresses_of_other_chains(self, prefix: bytes) -> None:
        text = Base58Encoder.CheckEncode(prefix + bytes.fromhex(USDT_ON_TRON_HEX))
        with pytest.raises(InvalidAddress):
            CODEC.decode(Network.TRON, text)

    def test_refuses_a_number_too_great_for_an_address(self) -> None:
        with pytest.raises(InvalidAddress):
            CODEC.decode(Network.TRON, "T" + "z" * 33)


class TestAptos:
    @pytest.mark.parametrize("zeros", [0, 1, 2, 31])
    def test_keeps_leading_zeros(self, zeros: int) -> None:
        address = bytes(zeros) + b"\x0a" * (32 - zeros)
        text = CODEC.encode(Network.APTOS, address)
        assert len(text) == 66
        assert CODEC.decode(Network.APTOS, text) == address

    def test_takes_capital_letters(self) -> None:
        assert CODEC.decode(Network.APTOS, "0x" + "AB" * 32) == b"\xab" * 32

    @pytest.mark.parametrize("digits", [1, 63, 65])
    def test_refuses_what_lost_digits(self, digits: int) -> None:
        with pytest.raises(InvalidAddress, match="64"):
            CODEC.decode(Network.APTOS, "0x" + "a" * digits)


class TestEveryNetwork:
    @pytest.mark.parametrize("network", Network)
    def test_takes_its_own_addresses_and_no_other(self, network: Network) -> None:
        for other, text in ON.items():
            if other is network:
                assert CODEC.encode(network, CODEC.decode(network, text)) == text
            else:
                with pytest.raises(InvalidAddress):
                    CODEC.decode(network, text)

    @pytest.mark.parametrize("network", Network)
    def test_refuses_what_is_no_address(self, network: Network) -> None:
        right = ON[network]
        for text in (
            *("", " ", "0x", "T", right[:-1], right + "0", right[1:], f" {right}", f"{right}\n"),
            *(right.replace("0", "٠").replace("T", "Т"), right[2:], "0X" + right[2:], "é" * 34),
            "1" * 100_000,
        ):
            with pytest.raises(InvalidAddress):
                CODEC.decode(network, text)

    @pytest.mark.parametrize("network", Network)
    def test_spells_no_address_of_a_wrong_length(self, network: Network) -> None:
        for length in (0, 19, 21, 31, 33):
            with pytest.raises(ValueError, match="length"):
                CODEC.encode(network, bytes(length))
