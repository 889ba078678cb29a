"""The drill: a stack is backed up while it works, lost, and restored elsewhere."""

import json
import shutil
from pathlib import Path

import pytest

from tests.support.local_cloud import LocalCloud, local_cloud, ok
from tests.support.payer import Payer, make_payer
from tests.support.story import Customer, assert_is_answered

PASSPHRASE = "a passphrase of the drill"
CREDITED = ("12.500000", "credited")
LATER = ("7.000000", "credited")


def said_by(cloud: LocalCloud, *command: str) -> str:
    run = cloud.run(*command)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def chain_the_audit(cloud: LocalCloud) -> None:
    answer = cloud.client("lambda").invoke(FunctionName="mara-local-chain-audit")
    assert "FunctionError" not in answer, json.load(answer["Payload"])


def new_customer(cloud: LocalCloud) -> Customer:
    customer = Customer(cloud.url)
    customer.register()
    customer.log_in()
    return customer


def address_of(customer: Customer, network: str) -> str:
    """Of a wallet that is made now, with the seed of the account."""
    made = ok(customer.call("POST", "/wallets/generate", json={"network": network}))
    return str(made["address"])


def paid(payer: Payer, amount: str) -> None:
    payer.pay(amount)
    payer.finalize()


def lose(cloud: LocalCloud) -> None:
    """The stack ends, and its disk with it: only the world outside is left."""
    said_by(cloud, "down")
    shutil.rmtree(cloud.home / "postgres")
    shutil.rmtree(cloud.home / "s3" / "000000000000" / "mara-local-documents")
    (cloud.home / "secrets.json").unlink()


@pytest.mark.proof
def test_a_lost_stack_goes_on_from_its_backup(tmp_path: Path) -> None:
    file = tmp_path / "backup"
    settings = {"MARA_BACKUP_PASSPHRASE": PASSPHRASE}
    with local_cloud(tmp_path / "lost", **settings) as cloud:
        cloud.up()
        customer = new_customer(cloud)
        document_id = customer.upload()
        customer.wait_until_ready(document_id)
        agent_id = customer.create_agent()
        answered = customer.ask(agent_id)
        payer = make_payer(cloud, customer, "arbitrum")
        paid(payer, "12.5")
        payer.scan_until(CREDITED)

        said_by(cloud, "backup", str(file))

        paid(payer, "7")
        payer.scan_until(LATER, CREDITED)
        tron = address_of(customer, "tron")
        assert customer.call("DELETE", f"/documents/{document_id}").status_code == 204
        late = new_customer(cloud)
        chain_the_audit(cloud)
        lose(cloud)

    with local_cloud(tmp_path / "restored", **settings) as cloud:
        said = said_by(cloud, "restore", str(file), "--outside", str(tmp_path / "lost"))
        assert "were given up" in said
        cloud.up()
        customer.url = late.url = cloud.url
        ok(customer.call("GET", "/users/me/profile"))  # with its token of before
        restored = Payer(cloud, customer, "arbitrum", payer.address)
        restored.scan_until(LATER, CREDITED)
        restored.move("scan")
        assert restored.balance() == ("0.000000", "19.500000")
        assert "no differences" in said_by(cloud, "ledger", "verify")

        assert address_of(customer, "tron") == tron  # the seed opens, and is the same
        again = customer.ask(agent_id)
        assert again["text"] == answered["text"]
        assert_is_answered(again, document_id)
        original = customer.call("GET", f"/documents/{document_id}")
        assert ok(original)["state"] == "ready"
        refused = late.call("GET", "/users/me/profile")
        assert refused.status_code == 401

        chain_the_audit(cloud)
        verified = said_by(cloud, "audit", "verify")
        assert "no differences" in verified
        assert "were given up" in verified
