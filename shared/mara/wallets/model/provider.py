"""The identity of a provider, by which independent providers are told apart."""

from hashlib import sha256
from urllib.parse import urlsplit

from mara.wallets.model.network import Network


def provider_name(network: Network, url: str) -> str:
    """``<network>-<8 hex digits>``, a digest of the URL's host and port.

    A security rule: two URLs of the same host are one provider, so a provider cannot confirm its
    own deposits through a second API key or another position in the settings. Deposits store the
    name, so it must not depend on the path, the credentials or the order; the host itself stays
    out of it.
    """
    host = urlsplit(url).netloc.rpartition("@")[2].lower()
    return f"{network}-{sha256(host.encode()).hexdigest()[:8]}"
