"""One deployed stack for the tests that only use it; those that break one start their own."""

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.support.local_cloud import RUNNING, LocalCloud, local_cloud
from tests.support.ports import free_port
from tests.support.story import Customer

FOLDER = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run all in one worker of pytest-xdist: they share a stack, and two stacks slow each other."""
    for item in items:
        if FOLDER in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("local-cloud"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the logs of the stacks that run while a test fails."""
    report = yield
    if report.failed:
        report.sections += [(f"logs in {cloud.home}", cloud.logged()) for cloud in RUNNING]
    return report


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    origins = f"http://localhost:3000,http://localhost:{free_port()}"
    folder = tmp_path_factory.mktemp("stack")
    with local_cloud(folder, MARA_CORS_ORIGINS=origins) as started:
        started.up()
        yield started


@pytest.fixture
def somebody(stack: LocalCloud) -> Customer:
    """A customer who is registered and logged in."""
    customer = Customer(stack.url)
    customer.register()
    customer.log_in()
    return customer
