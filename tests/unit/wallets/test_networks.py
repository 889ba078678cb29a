"""The public networks: their identity and USDT contracts, as their operators publish them."""

import pytest

from mara.wallets.model import DECIMALS, DEPOSIT_RULES, DepositRules, Network, Token

MILLION, BILLION = 1_000_000, 1_000_000_000
PUBLISHED = {
    "arbitrum": (
        42161,
        "0xFd086bC7CD5C481DCC9C85ebE478A1C0b69FCbb9",
        ("USD₮0", 6),
        ("ETH", 18),
    ),
    "tron": (728126428, "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", ("USDT", 6), ("TRX", 6)),
    "aptos": (
        1,
        "0x357b0b74bc833e95a115ad22604854d6b0fca151cecd94111770e5d6ffc9dc2b",
        ("USDt", 6),
        ("APT", 8),
    ),
}
"""By the API's name: chain id, contract of USDT, and symbol and decimals of token and coin."""


def test_networks_have_the_names_of_the_api() -> None:
    assert [str(network) for network in Network] == list(PUBLISHED)
    assert {str(network) for network in DEPOSIT_RULES} == set(PUBLISHED)


@pytest.mark.parametrize("network", Network)
def test_contracts_are_the_published_ones(network: Network) -> None:
    rules = DEPOSIT_RULES[network]
    chain_id, contract, token, native = PUBLISHED[network.value]
    assert (rules.network, rules.chain_id, rules.contract) == (network, chain_id, contract)
    assert (rules.token, rules.native) == (Token(*token), Token(*native))
    assert DECIMALS == 6


@pytest.mark.parametrize(
    ("network", "eta_s", "blocks"),
    [("arbitrum", 1200, 2000), ("tron", 90, 1000), ("aptos", 60, 1000)],
)
def test_deposits_have_a_minimum_a_threshold_and_a_range(
    network: str, eta_s: int, blocks: int
) -> None:
    rules = DEPOSIT_RULES[Network(network)]
    assert rules.minimum_micro_usdt == MILLION
    assert rules.two_provider_threshold_micro_usdt == BILLION
    assert (rules.eta_s, rules.blocks_per_scan_max, rules.start_block) == (eta_s, blocks, None)


class TestOverridden:
    RULES = DEPOSIT_RULES[Network.TRON]

    def test_replaces_the_fields_that_are_given(self) -> None:
        found = self.RULES.overridden({"eta_s": 5, "start_block": 7})
        assert (found.eta_s, found.start_block) == (5, 7)
        assert found.overridden({"eta_s": 90, "start_block": None}) == self.RULES

    def test_replaces_the_symbol_and_keeps_the_decimals(self) -> None:
        found: DepositRules = self.RULES.overridden({"eta_s": 5}, "TEST")
        assert found.token == Token("TEST", 6)
        assert found.eta_s == 5
        assert self.RULES.overridden({}, None) == self.RULES
