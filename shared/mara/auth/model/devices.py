"""Where accounts are logged in, and where logins fail."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network
from uuid import UUID

IPV6_PREFIX = 64
"""A link has a network of this size at least (RFC 4291), and so has the smallest customer."""

UNKNOWN_NETWORK = "unknown"


@dataclass(frozen=True, slots=True)
class Device:
    """Where a session is used: the address that the gateway saw, and the User-Agent header."""

    address: str = ""
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that is not revoked; ``last_used_at`` is exact to a minute."""

    id: UUID
    created_at: datetime
    last_used_at: datetime
    device: Device


@dataclass(frozen=True, slots=True)
class FailureSubject:
    """What failed logins are counted for, such as an account as seen from one network.

    ``account`` and ``network`` are set where the owner of the account may read the count.
    """

    key: str
    account: str | None = None
    network: str | None = None


@dataclass(frozen=True, slots=True)
class FailedLogins:
    """The failed logins of an account from one network, of the last day."""

    network: str
    failures: int
    last_failed_at: datetime
    locked_until: datetime | None


def network_of(address: str) -> str:
    """Return the network that an address belongs to: an IPv4 address, or a /64 of IPv6.

    Many IPv4 clients share one address; an IPv6 client chooses among the addresses of its network.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return UNKNOWN_NETWORK
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ip_network((parsed.packed, IPV6_PREFIX), strict=False))


def account_key(email: str) -> str:
    """Return the name under which failures of an account are counted, known or not.

    A hash, because what was typed as the e-mail address is not stored.
    """
    return hashlib.sha256(email.lower().encode()).hexdigest()[:32]


def of_network(network: str) -> FailureSubject:
    """Count all failures from a network, whatever the account."""
    return FailureSubject(f"network:{network}")


def of_account(email: str, network: str) -> FailureSubject:
    """Count the failures of an account from a network: other networks have counts of their own."""
    account = account_key(email)
    return FailureSubject(f"account:{account} network:{network}", account, network)


def of_device(session_id: UUID, email: str, network: str) -> FailureSubject:
    """Count the failures of a device that holds a session of the account."""
    return FailureSubject(f"device:{session_id}", account_key(email), network)
