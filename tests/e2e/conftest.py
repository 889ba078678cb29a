"""One deployed stack for the tests that only use it; those that break one start their own."""

from collections.abc import Iterator

import pytest

from tests.support.local_cloud import LocalCloud, local_cloud
from tests.support.story import Customer


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with local_cloud(tmp_path_factory.mktemp("stack")) as started:
        started.up()
        yield started


@pytest.fixture
def somebody(stack: LocalCloud) -> Customer:
    """A customer who is registered and logged in."""
    customer = Customer(stack.url)
    customer.register()
    customer.log_in()
    return customer
