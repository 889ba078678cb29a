"""The networks that failures are counted for."""

import hashlib

import pytest

from mara.auth.model.devices import account_key, network_of, of_account


class TestNetworkOf:
    @pytest.mark.parametrize(
        ("address", "network"),
        [
            ("192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:DB8:1:2::1", "2001:db8:1:2::/64"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("fe80::1%eth0", "fe80::/64"),
            ("", "unknown"),
            ("A" * 3000, "unknown"),
            ("192.0.2.7, 10.0.0.1", "unknown"),
        ],
    )
    def test_is_an_ipv4_address_or_a_64_of_ipv6(self, address: str, network: str) -> None:
        assert network_of(address) == network


class TestAccountKey:
    def test_is_the_same_in_every_case_and_holds_no_address(self) -> None:
        assert account_key("Anna@example.com") == account_key("anna@EXAMPLE.com")
        assert "anna" not in of_account("anna@example.com", "192.0.2.7").key

    def test_is_half_of_the_sha_256_in_hexadecimal(self) -> None:
        """Stored rows have this key: another one would forget the failures that were counted."""
        digest = hashlib.sha256(b"anna@example.com").hexdigest()
        assert account_key("Anna@Example.com") == digest[:32]

    def test_has_no_room_for_another_account(self) -> None:
        """An attacker may type anything as the e-mail address."""
        forged = of_account("x network:192.0.2.1", "192.0.2.7")
        assert (forged.account, forged.network) == (account_key("x network:192.0.2.1"), "192.0.2.7")
