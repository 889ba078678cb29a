"""The main story with `mara_client`: register, upload, ask, wallet. Usage: story.py BASE_URL."""

import sys
import time
from io import BytesIO
from uuid import UUID, uuid4

from httpx import Timeout
from mara_client import AuthenticatedClient, Client
from mara_client.api.agents import ask_agent, create_agent, get_agent
from mara_client.api.auth import log_in, register
from mara_client.api.documents import get_document, upload_document
from mara_client.api.users import get_balance
from mara_client.api.wallets import generate_wallet
from mara_client.models import (
    AgentIn,
    AgentOut,
    AnswerOut,
    AnswerStatus,
    BalanceOut,
    DocumentDetailOut,
    DocumentOut,
    DocumentState,
    LoginRequest,
    Network,
    Problem,
    QuestionIn,
    RegisteredOut,
    RegisterRequest,
    SessionOut,
    UploadForm,
    WalletIn,
    WalletOut,
)
from mara_client.types import File

PASSWORD = "tram-lantern-42-orbit"
RUNBOOK = (
    "# Disk is full\n\nIf the disk of a node is full, delete archived logs older than 14 days.\n"
)
QUESTION = "What do I do if the disk of a node is full?"
TIMEOUT_S = 60.0
READING_S = 60.0
POLL_S = 0.2


def main(base_url: str) -> None:
    """Play the story; each assertion also narrows a type for the type checker."""
    email = f"{uuid4().hex}@example.com"
    anonymous = Client(base_url=base_url, timeout=Timeout(TIMEOUT_S))
    account = register.sync(client=anonymous, body=RegisterRequest(email=email, password=PASSWORD))
    assert isinstance(account, RegisteredOut), account
    session = log_in.sync(client=anonymous, body=LoginRequest(email=email, password=PASSWORD))
    assert isinstance(session, SessionOut), session
    client = AuthenticatedClient(
        base_url=base_url, token=session.access_token, timeout=Timeout(TIMEOUT_S)
    )

    file = File(payload=BytesIO(RUNBOOK.encode()), file_name="disk.md", mime_type="text/markdown")
    document = upload_document.sync(client=client, body=UploadForm(file=file))
    assert isinstance(document, DocumentOut), document
    wait_until_read(client, document.id)

    agent = create_agent.sync(client=client, body=AgentIn(name="On call"))
    assert isinstance(agent, AgentOut), agent
    answer = ask_agent.sync(agent_id=agent.id, client=client, body=QuestionIn(question=QUESTION))
    assert isinstance(answer, AnswerOut), answer
    assert answer.status is AnswerStatus.ANSWERED
    assert answer.citations[0].document_id == document.id
    assert "14 days" in answer.citations[0].quote

    unknown = get_agent.sync(agent_id=uuid4(), client=client)
    assert isinstance(unknown, Problem), unknown
    assert (unknown.status, unknown.code) == (404, "agent_not_found")

    wallet = generate_wallet.sync(client=client, body=WalletIn(network=Network.APTOS))
    assert isinstance(wallet, WalletOut), wallet
    assert wallet.address.startswith("0x")
    balance = get_balance.sync(client=client)
    assert isinstance(balance, BalanceOut), balance
    assert balance.available == "0.000000"
    print("played")


def wait_until_read(client: AuthenticatedClient, document_id: UUID) -> None:
    """Ask for the document until it is ready, for at most a minute."""
    ends_at = time.monotonic() + READING_S
    while time.monotonic() < ends_at:
        document = get_document.sync(document_id=document_id, client=client)
        assert isinstance(document, DocumentDetailOut), document
        assert document.state is not DocumentState.FAILED, document.failure
        if document.state is DocumentState.READY:
            return
        time.sleep(POLL_S)
    raise TimeoutError("the document was not read")


if __name__ == "__main__":
    main(sys.argv[1])
