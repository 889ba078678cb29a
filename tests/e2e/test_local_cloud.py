"""The local cloud starts, survives and stops as it promises."""

import os
import re
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx
import pytest

from infra.local import stack_environment
from infra.local.front_door.slots import PER_ROUTE
from tests.support.front_door import raw
from tests.support.local_cloud import SERVERS, LocalCloud, local_cloud, until
from tests.support.payer import make_payer
from tests.support.story import Customer, assert_is_answered, repeated


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with local_cloud(tmp_path_factory.mktemp("cloud")) as started:
        started.up()
        yield started


@pytest.fixture
def customer(cloud: LocalCloud) -> Customer:
    someone = Customer(cloud.url)
    someone.register()
    someone.log_in()
    return someone


def put_an_object_into_each_bucket(cloud: LocalCloud) -> list[str]:
    """The emulator keeps on disk the buckets that have objects."""
    s3 = cloud.client("s3")
    buckets = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    for bucket in buckets:
        s3.put_object(Bucket=bucket, Key="kept", Body=b"kept")
    assert len(buckets) > 1
    return buckets


class TestUp:
    def test_is_harmless_the_second_time(self, cloud: LocalCloud, customer: Customer) -> None:
        before = cloud.supervisor(), cloud.deployed()
        cloud.up()
        assert (cloud.supervisor(), cloud.deployed()) == before
        customer.log_in()

    def test_recovers_users_documents_and_answers_after_kill_9_of_everything(
        self, cloud: LocalCloud, customer: Customer
    ) -> None:
        document_id = customer.upload()
        customer.wait_until_ready(document_id)
        agent_id = customer.create_agent()
        before = customer.ask(agent_id)
        assert_is_answered(before, document_id)
        buckets = put_an_object_into_each_bucket(cloud)

        cloud.kill_everything()
        until("all processes are gone", lambda: not cloud.left_over())
        cloud.up()

        customer.log_in()
        listed = customer.call("GET", "/documents").json()["items"]
        assert [item["id"] for item in listed] == [document_id]
        for bucket in buckets:
            cloud.client("s3").head_object(Bucket=bucket, Key="kept")
        after = customer.ask(agent_id)
        assert after["text"] == before["text"]
        assert_is_answered(after, document_id)
        later = "# Later\n\nThe next upload finds bucket, notification and queue working again.\n"
        customer.wait_until_ready(customer.upload_by_form(later))

    @pytest.mark.proof
    def test_recovers_after_a_clean_stop(self, cloud: LocalCloud, customer: Customer) -> None:
        assert cloud.run("down").returncode == 0
        assert cloud.run("status").returncode == 1
        cloud.up()
        customer.log_in()

    @pytest.mark.proof
    def test_loses_no_deposit_that_a_stop_falls_into(
        self, cloud: LocalCloud, customer: Customer
    ) -> None:
        networks = ("arbitrum", "tron", "aptos")
        payers = [make_payer(cloud, customer, network) for network in networks]
        for payer in payers:
            payer.pay("12.5")
        assert cloud.run("down").returncode == 0
        cloud.up()
        customer.log_in()
        for payer in payers:
            payer.finalize()
            payer.scan_until(("12.500000", "credited"))

    @pytest.mark.proof
    def test_bears_a_chain_that_dies_until_it_is_started_again(
        self, cloud: LocalCloud, customer: Customer
    ) -> None:
        payer = make_payer(cloud, customer, "arbitrum")
        payer.pay("12.5")
        os.kill(cloud.process_at(cloud.servers.arbitrum), signal.SIGKILL)
        until("the chain is off", lambda: "arbitrum off" in cloud.run("status").stdout)
        told = customer.call("GET", "/wallets/my/arbitrum/balance")
        assert (told.status_code, told.json()["code"]) == (503, "chain_unavailable")
        scan = cloud.run("chain", "scan", "--network", "arbitrum")
        assert (scan.returncode, "Traceback" in scan.stderr) == (1, False)
        # Its checks have short limits, which a busy machine may exceed once.
        until("the rest is ready", lambda: customer.call("GET", "/health/ready").is_success)
        assert payer.balance() == ("0.000000", "0.000000")
        assert cloud.run("down").returncode == 0
        cloud.up()


@pytest.mark.proof
def test_without_node_two_chains_are_off_and_the_rest_works(tmp_path: Path) -> None:
    with local_cloud(tmp_path / "home", MARA_ANVIL="/nowhere/anvil") as cloud:
        run = cloud.run("up")
        assert run.returncode == 0, run.stderr
        assert "Arbitrum and Tron are off" in run.stdout
        assert "MARA_ANVIL is /nowhere/anvil, which does not exist" in run.stdout
        assert "arbitrum off, tron off, aptos http" in cloud.run("status").stdout
        customer = Customer(cloud.url)
        customer.register()
        customer.log_in()
        for network, status in (("arbitrum", 503), ("tron", 503), ("aptos", 201)):
            made = customer.call("POST", "/wallets/generate", json={"network": network})
            assert made.status_code == status
        payer = make_payer(cloud, customer, "aptos")
        payer.pay("12.5")
        payer.scan_until(("12.500000", "credited"))


class TestProcesses:
    @pytest.mark.proof
    def test_all_end_when_the_supervisor_is_killed(
        self, cloud: LocalCloud, customer: Customer
    ) -> None:
        assert len(cloud.processes()) > 2
        os.kill(cloud.supervisor(), signal.SIGKILL)
        until("all processes are gone", lambda: not cloud.left_over())
        until("all ports are free", lambda: not cloud.taken_ports())
        cloud.up()
        customer.log_in()

    def test_all_end_with_down(self, cloud: LocalCloud) -> None:
        cloud.processes()
        assert cloud.run("down").returncode == 0
        assert cloud.left_over() == []
        assert cloud.taken_ports() == []
        cloud.up()

    def test_listen_on_loopback_only(self, cloud: LocalCloud) -> None:
        other = _other_address()
        if other is None:
            pytest.skip("this machine has no address but loopback")
        for port in cloud.ports:
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection((other, port), timeout=5).close()


EMULATOR = "infra.local.emulator.server"
DATABASE = "bin/postgres"
RECOVERY_MAX_S = 360.0
"""The lease of a reading that lost its database is 200 s; the watchdog looks once a minute."""
PARALLEL = 64
FUNCTION = "delete-conversation"
"""The function of the route; other ones start by their schedules meanwhile."""


@pytest.mark.proof
class TestServersThatEnd:
    @pytest.mark.parametrize(
        ("name", "words", "other"),
        [("emulator", EMULATOR, DATABASE), ("database", DATABASE, EMULATOR)],
    )
    def test_are_started_again_and_lose_nothing(
        self, cloud: LocalCloud, customer: Customer, name: str, words: str, other: str
    ) -> None:
        supervisor, left_alone = cloud.supervisor(), cloud.process_of(other)
        document_id = customer.upload()
        os.kill(cloud.process_of(words), signal.SIGKILL)
        until(
            "status reports it",
            lambda: re.search(rf"{name} .*ended at", cloud.run("status").stdout),
        )
        until("all is up", lambda: cloud.run("status").returncode == 0, timeout_s=120)
        customer.log_in()
        customer.wait_until_ready(document_id, RECOVERY_MAX_S)
        later = "# Later\n\nThe next upload finds bucket, notification and queue working again.\n"
        customer.wait_until_ready(customer.upload_by_form(later))
        assert cloud.supervisor() == supervisor
        assert cloud.process_of(other) == left_alone


class TestFrontDoor:
    @pytest.mark.parametrize(
        "path",
        [
            "/../../../../_ministack/health",
            "/../../../../mara-local-documents?list-type=2",
            "/../../../../2015-03-31/functions/",
            "/api/v1/x/../../../../../../_ministack/health",
            "/%2e%2e/%2e%2e/%2e%2e/_ministack/health",
            "/..%2f..%2f..%2f_ministack/health",
            "/api/v1//health",
            "/mara-local-documents",
        ],
    )
    def test_leads_nowhere_but_to_the_api(self, cloud: LocalCloud, path: str) -> None:
        head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        answer = raw(cloud.port, head.encode(), timeout_s=30)
        assert answer[:12] in {b"HTTP/1.1 400", b"HTTP/1.1 404"}
        assert b"application/problem+json" in answer

    def test_is_the_only_way_without_the_secret(self, cloud: LocalCloud) -> None:
        emulator = f"http://127.0.0.1:{cloud.servers.emulator}"
        for path in ("/_ministack/health", "/mara-local-documents", "/2015-03-31/functions/"):
            assert httpx.get(f"{emulator}{path}", trust_env=False).status_code == 403

    def test_starts_few_processes_for_many_requests(self, cloud: LocalCloud) -> None:
        seen = [0]
        with ThreadPoolExecutor(PARALLEL) as pool:
            url = f"{cloud.url}/api/v1/conversations/x"
            delete = partial(httpx.delete, url, timeout=90)
            asked = [pool.submit(repeated, delete) for _ in range(PARALLEL)]
            while not all(future.done() for future in asked):
                seen.append(len(cloud.processes_in(f"-{FUNCTION}-")))
        assert {future.result().status_code for future in asked} == {401}
        assert 0 < max(seen) <= PER_ROUTE


class TestEnvironment:
    def test_is_not_the_one_that_uv_changes(self, cloud: LocalCloud) -> None:
        commands = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in cloud.processes()]
        pythons = {c.split(b"\0")[0].decode() for c in commands if b"bin/python" in c}
        assert pythons == {stack_environment.python()}


class TestPorts:
    @pytest.mark.parametrize("offset", [0, SERVERS // 2, SERVERS - 1])
    def test_that_are_taken_are_named_with_the_remedy(self, tmp_path: Path, offset: int) -> None:
        with local_cloud(tmp_path / "home") as cloud, socket.socket() as squatter:
            squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            squatter.bind(("127.0.0.1", cloud.port + offset))
            squatter.listen()
            run = cloud.run("up")
            assert run.returncode == 1
            assert f"Port {cloud.port + offset} " in run.stderr
            assert "MARA_PORT_BASE=" in run.stderr
            assert "Traceback" not in run.stderr
            assert not (cloud.home / "supervisor.pid").exists()
            assert cloud.taken_ports() == [cloud.port + offset]


def _other_address() -> str | None:
    """The address that this machine would use to the outside; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address: str = probe.getsockname()[0]
    return None if address.startswith("127.") else address
