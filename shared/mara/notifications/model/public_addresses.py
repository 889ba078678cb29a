"""Which addresses an outgoing webhook may connect to: public ones only (invariant 6).

Sources: the IANA registries of special-purpose addresses (RFC 6890). An IPv6 address that carries
an IPv4 address is as public as that one: IPv4-mapped (RFC 4291), NAT64 (RFC 6052), 6to4 (RFC 3056)
and Teredo (RFC 4380).
"""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from mara.notifications.errors import AddressNotPublic

Address = IPv4Address | IPv6Address

NAT64: Final = IPv6Network("64:ff9b::/96")
"""What the names of IPv4 hosts resolve to in a network of IPv6 only."""
SPECIAL: Final = (
    IPv4Network("0.0.0.0/8"),
    IPv4Network("100.64.0.0/10"),
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv4Network("198.18.0.0/15"),
    IPv4Network("240.0.0.0/4"),
    IPv6Network("::/96"),
    IPv6Network("64:ff9b:1::/48"),
    IPv6Network("100::/64"),
    IPv6Network("2001::/23"),
    IPv6Network("2001:db8::/32"),
    IPv6Network("3fff::/20"),
    IPv6Network("5f00::/16"),
    IPv6Network("fec0::/10"),
)
"""Networks that some versions of Python take for global ones."""


def is_public(address: Address) -> bool:
    """Whether the address, and each IPv4 address that it carries, is a public unicast address."""
    if address in NAT64:
        return _is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    return all(map(_is_public, (address, *_carried(address))))


def check_public(addresses: Sequence[str]) -> list[Address]:
    """The addresses of a name, parsed. Raises AddressNotPublic if one of them is not public.

    One is enough to refuse all: a name with a public and a private address would else reach the
    private one when the resolver orders them so.
    """
    try:
        parsed = [ip_address(address) for address in addresses]
    except ValueError as error:
        raise AddressNotPublic("The name has no address that can be read.") from error
    if not parsed or not all(map(is_public, parsed)):
        raise AddressNotPublic("Use a name whose addresses are all public.")
    return parsed


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and (address.scope_id or address.is_site_local):
        return False
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address in network for network in SPECIAL if _same_family(network, address))
    )


def _carried(address: Address) -> Iterator[IPv4Address]:
    if isinstance(address, IPv4Address):
        return
    if address.ipv4_mapped:
        yield address.ipv4_mapped
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield from address.teredo


def _same_family(network: IPv4Network | IPv6Network, address: Address) -> bool:
    return network.version == address.version
