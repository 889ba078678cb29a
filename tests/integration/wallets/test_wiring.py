"""Who a provider is, to those who count opinions."""

import json

import pytest

from mara.wallets.model import Network
from mara.wiring import wallets
from tests.support.environment import clear_caches

KEY = "k9Wv3sYc7Qp1"
URLS = [f"http://127.0.0.1:1/{KEY}", "http://127.0.0.1:2"]
LATER = ["http://127.0.0.1:2", f"http://anna:{KEY}@127.0.0.1:1/{KEY[::-1]}"]


@pytest.mark.parametrize("network", Network)
def test_a_provider_keeps_its_name_whatever_its_place_and_its_key(
    monkeypatch: pytest.MonkeyPatch, network: Network
) -> None:
    """Or else one that moved up would be taken for another, and confirm its own deposits."""
    names = []
    for urls in (URLS, LATER):
        monkeypatch.setenv("MARA_CHAINS", json.dumps({network: {"urls": urls}}))
        clear_caches()
        names.append([chain.provider for chain in wallets.providers(network).chains])
    assert names[0] == names[1][::-1]
    assert len(set(names[0])) == len(URLS)
    assert KEY not in "".join(names[0])
