"""Addresses that webhooks never reach, in every form that a resolver may return."""

import socket
from ipaddress import ip_address

import pytest

from mara.notifications.errors import AddressNotPublic
from mara.notifications.model.public_addresses import check_public, is_public

PUBLIC = """
    1.1.1.1 93.184.216.34 172.32.0.1 100.63.255.255 192.167.255.255 2606:4700::1111
    2a00:1450:4001::1 2002:808:808::1 64:ff9b::808:808
""".split()  # noqa: SIM905 - as below
NOT_PUBLIC = """
    0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.254 127.0.0.1 127.1.2.3
    127.255.255.254 169.254.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.8
    192.0.0.170 192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255
    198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
    :: ::1 ::7f00:1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254
    64:ff9b::127.0.0.1 64:ff9b::10.0.0.1 64:ff9b::169.254.169.254 64:ff9b:1::7f00:1
    2002:7f00:1:: 2002:a00:1:: 2002:a9fe:a9fe:: 2001:0:7f00:1:: 2001:0:1:1:0:0:80ff:fffe
    2001:db8::1 2001:2::1 2001:10::1 100::1 3fff::1 5f00::1 fc00::1 fd00::1 fd00:ec2::254
    fe80::1 fe80::1%eth0 febf::1 fec0::1 ff02::1 ff05::2
""".split()  # noqa: SIM905 - one a line would be longer
WRITTEN = ("127.1", "0x7f.0.0.1", "0177.0.0.1", "2130706433", "0x7f000001", "017700000001",
           "10.1", "0xa9fea9fe", "192.168.257")  # fmt: skip
"""Other spellings of IPv4 addresses, which resolvers accept."""


def test_there_are_sixty_forms() -> None:
    assert len({*NOT_PUBLIC, *WRITTEN}) >= 60


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_private_and_special_ones_are_refused(address: str) -> None:
    assert not is_public(ip_address(address))
    with pytest.raises(AddressNotPublic):
        check_public([address])


@pytest.mark.parametrize("written", WRITTEN)
def test_other_spellings_are_refused_as_the_resolver_reads_them(written: str) -> None:
    with pytest.raises(AddressNotPublic):
        check_public([written])
    with pytest.raises(AddressNotPublic):
        check_public([socket.inet_ntoa(socket.inet_aton(written))])


@pytest.mark.parametrize("address", PUBLIC)
def test_public_ones_are_accepted(address: str) -> None:
    assert check_public([address]) == [ip_address(address)]


@pytest.mark.parametrize("others", [["10.0.0.1"], ["1.1.1.1", "::1"], ["fe80::1%1"], ["x"]])
def test_one_that_is_not_public_refuses_all(others: list[str]) -> None:
    with pytest.raises(AddressNotPublic):
        check_public(["1.1.1.1", *others])


def test_a_name_without_addresses_is_refused() -> None:
    with pytest.raises(AddressNotPublic):
        check_public([])
