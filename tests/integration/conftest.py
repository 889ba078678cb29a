"""What tests of several domains need: object storage and queues, and a caller."""

from collections.abc import Iterator

import pytest

from mara.kernel.principal import Principal
from tests.support.accounts import make_account
from tests.support.cloud import Cloud, cloud_of_moto


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with cloud_of_moto() as started:
        yield started


@pytest.fixture
def anna() -> Principal:
    return make_account("anna").principal
