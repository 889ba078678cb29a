"""The main path through `sam local`: the built functions and layers in Lambda's own containers."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from infra.local.package import FUNCTION, load_template
from infra.local.sam_local import BUILD
from tests.support.containers import missing
from tests.support.local_cloud import ROOT, LocalCloud, local_cloud, until
from tests.support.ports import free_port
from tests.support.story import Customer, assert_is_answered

pytestmark = pytest.mark.proof

BUILD_TIMEOUT_S = 300
INVOKE_TIMEOUT_S = 180
START_TIMEOUT_S = 60
CONTAINER_TIMEOUT_S = 120.0
UNZIPPED_MAX = 250 * 1024 * 1024
"""Bytes of a function and its layers together; AWS's limit."""


@pytest.fixture(scope="module")
def build() -> Path:
    if reason := missing():
        pytest.skip(reason)
    run = subprocess.run(
        ["sam", "build"],
        cwd=ROOT,
        env={**os.environ, "SAM_CLI_TELEMETRY": "0"},
        capture_output=True,
        text=True,
        timeout=BUILD_TIMEOUT_S,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    return BUILD


@pytest.fixture(scope="module")
def cloud(build: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with local_cloud(tmp_path_factory.mktemp("cloud")) as started:
        started.up()
        yield started


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


class TestBuild:
    def test_stays_under_the_limit_of_every_function(self, build: Path) -> None:
        template = load_template()
        usual = template["Globals"]["Function"]["Layers"]
        for name, resource in template["Resources"].items():
            if resource["Type"] == FUNCTION:
                layers = [part["Ref"] for part in resource["Properties"].get("Layers", usual)]
                total = sum(size(build / part) for part in [name, *layers])
                assert total < UNZIPPED_MAX, f"{name}: {total / 1024**2:.0f} MB"

    def test_holds_bytecode_for_every_module_of_the_layers(self, build: Path) -> None:
        for layer in build.glob("*Layer"):
            for source in (layer / "python" / "mara").rglob("*.py"):
                compiled = source.parent / "__pycache__" / f"{source.stem}.cpython-311.pyc"
                flags = int.from_bytes(compiled.read_bytes()[4:8], "little")
                assert flags == 0b01, f"{compiled}: not hash-based and unchecked (PEP 552)"


class TestMainPath:
    def test_leads_from_login_to_a_cited_answer(self, cloud: LocalCloud, tmp_path: Path) -> None:
        _stop_consuming(cloud)
        with start_api(cloud, tmp_path) as url:
            customer = Customer(url, timeout_s=CONTAINER_TIMEOUT_S)
            customer.register()
            customer.log_in()
            document_id = customer.upload()
            ingest(cloud, tmp_path)
            customer.wait_until_ready(document_id)
            answer = customer.ask(customer.create_agent())
            assert_is_answered(answer, document_id)


@contextmanager
def start_api(cloud: LocalCloud, tmp_path: Path) -> Iterator[str]:
    """`sam local start-api`, with containers that reach ``cloud``."""
    port = free_port()
    log = tmp_path / "start-api.log"
    command = ["start-api", "--port", str(port), "--warm-containers", "LAZY", "--skip-pull-image"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "infra.local.sam_local", *command],
            cwd=ROOT,
            env=cloud.environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        url = f"http://127.0.0.1:{port}"

        def answers() -> bool:
            assert process.poll() is None, log.read_text("utf-8")[-3000:]
            try:
                httpx.options(url, timeout=CONTAINER_TIMEOUT_S, trust_env=False)
            except httpx.TransportError:
                return False
            return True

        until("`sam local start-api` answers", answers, START_TIMEOUT_S)
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def ingest(cloud: LocalCloud, tmp_path: Path) -> None:
    """Take the message from the queue and invoke its consumer: `sam local` has no such source."""
    sqs = cloud.client("sqs")
    url = sqs.get_queue_url(QueueName="mara-local-ingest-document")["QueueUrl"]
    received = until(
        "the message of the upload is in the queue",
        lambda: sqs.receive_message(QueueUrl=url, WaitTimeSeconds=2).get("Messages"),
    )
    record = {
        "messageId": received[0]["MessageId"],
        "receiptHandle": received[0]["ReceiptHandle"],
        "body": received[0]["Body"],
        "attributes": {"ApproximateReceiveCount": "1"},
        "eventSource": "aws:sqs",
    }
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"Records": [record]}), "utf-8")
    invoke = ["invoke", "IngestDocument", "--event", str(event), "--skip-pull-image"]
    run = subprocess.run(
        [sys.executable, "-m", "infra.local.sam_local", *invoke],
        cwd=ROOT,
        env=cloud.environment,
        capture_output=True,
        text=True,
        timeout=INVOKE_TIMEOUT_S,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    assert json.loads(run.stdout.strip().splitlines()[-1]) == {"batchItemFailures": []}, run.stderr
    sqs.delete_message(QueueUrl=url, ReceiptHandle=received[0]["ReceiptHandle"])


def _stop_consuming(cloud: LocalCloud) -> None:
    """The emulator's own consumer is to leave the message to the container."""
    functions = cloud.client("lambda")
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
