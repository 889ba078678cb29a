"""MARA's search in a LangChain chain, and the example of the documentation."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from langchain_core.language_models import FakeListChatModel
from langchain_core.messages import BaseMessage  # noqa: TC002 - of the annotations of a test
from langchain_core.runnables import Runnable, RunnableLambda

from infra.local.settings import ROOT
from mara.kernel.principal import Principal
from mara.wiring.agents import retriever
from tests.support.accounts import make_account
from tests.support.knowledge import learn

pytestmark = pytest.mark.usefixtures("database")

DISK = "When the disk is full, delete the archived logs with purge-logs."
CLOCK = "When the clock drifts, restart the time daemon on the node."


@pytest.fixture
def boris() -> Principal:
    return make_account("boris").principal


def example() -> Callable[[UUID, Runnable[Any, Any]], Runnable[str, str]]:
    """The function ``chain_for`` as the documentation prints it."""
    page = (ROOT / "infra/docs/langchain.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - a file of this repository
    found: Callable[[UUID, Runnable[Any, Any]], Runnable[str, str]] = names["chain_for"]
    return found


class TestRetriever:
    def test_retrieves_passages_with_their_source(self, anna: Principal) -> None:
        document = learn(anna.user_id, "disk.txt", [DISK, CLOCK])
        (best, *_) = retriever(anna).invoke("What do I do when the disk is full?")
        assert "purge-logs" in best.page_content
        assert best.metadata["document_id"] == str(document.id)
        assert best.metadata["filename"] == "disk.txt"
        assert best.metadata["score"] > 0

    def test_retrieves_nothing_of_another_user(self, anna: Principal, boris: Principal) -> None:
        document = learn(anna.user_id, "disk.txt", [DISK])
        assert retriever(boris).invoke("disk") == []
        assert retriever(boris, document_ids=(document.id,)).invoke("disk") == []

    def test_is_restricted_to_documents_and_a_limit(self, anna: Principal) -> None:
        learn(anna.user_id, "disk.txt", [DISK])
        clock = learn(anna.user_id, "clock.txt", [CLOCK])
        found = retriever(anna, document_ids=(clock.id,)).invoke("disk")
        assert {each.metadata["filename"] for each in found} <= {"clock.txt"}
        assert len(retriever(anna, limit=1).invoke("when")) == 1

    def test_does_not_show_the_service_or_its_secrets(self, anna: Principal) -> None:
        assert "search" not in retriever(anna).model_dump()


class TestExample:
    def test_composes_a_chain_over_the_documents_of_one_user(
        self, anna: Principal, boris: Principal
    ) -> None:
        learn(anna.user_id, "disk.txt", [DISK])
        learn(boris.user_id, "clock.txt", [CLOCK])
        prompts: list[list[BaseMessage]] = []

        def record(prompt: Any) -> Any:
            prompts.append(prompt.to_messages())
            return prompt

        model = RunnableLambda(record) | FakeListChatModel(responses=["Delete the logs."])
        chain = example()(anna.user_id, model)
        assert chain.invoke("What do I do when the disk is full?") == "Delete the logs."
        system, human = prompts[0]
        assert "[disk.txt]" in system.text
        assert "purge-logs" in system.text
        assert "time daemon" not in system.text
        assert human.text == "What do I do when the disk is full?"
