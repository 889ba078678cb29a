"""Questions that say a part of a code: answered if one code can be meant, refused otherwise."""

import pytest

from mara.agents.model import AgentSettings, AnswerStatus, Reply
from mara.wiring.agents import agent_service, answer_service
from tests.support.accounts import make_account
from tests.support.knowledge import learn

pytestmark = pytest.mark.usefixtures("database")

INVOICES = [
    "INV-2024-0118: Вектор, оплачен 14 июня, paid by bank transfer.",
    "INV-2024-0131: Прогресс, не оплачен, open until 2 July.",
]
ACTS = ["ACT-2023-0118: works accepted, работы приняты."]
HOSTS = [
    "Host 10.20.30.41 runs the billing database, база биллинга.",
    "Host 10.20.30.42:6379 runs the cache of sessions, кэш сессий.",
]
LUNCH = ["Lunch is at noon in the large hall. Обед в полдень."]


def ask(question: str, *passages: str) -> Reply:
    caller = make_account().principal
    for number, text in enumerate([*LUNCH, *passages]):
        learn(caller.user_id, f"{number}.txt", [text])
    agent = agent_service().create(caller, AgentSettings(name="Codes"))
    return answer_service().ask(caller, agent.id, question, conversation_id=None).reply


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("Is invoice 0118 paid?", INVOICES[0]),
        ("Оплачен ли счёт 0118?", INVOICES[0]),
        ("Оплачен ли счёт № 0131?", INVOICES[1]),
        ("What runs on 10.20.30.41:5432?", HOSTS[0]),
        ("Что работает на 10.20.30.42?", HOSTS[1]),
    ],
)
def test_is_answered_where_one_code_can_be_meant(question: str, quoted: str) -> None:
    reply = ask(question, *INVOICES, *HOSTS)
    assert reply.status is AnswerStatus.ANSWERED
    assert [citation.quote for citation in reply.citations] == [quoted]


@pytest.mark.parametrize(
    "question",
    [
        "Is invoice 0118 paid?",
        "Оплачен ли счёт 0118?",
        "Is invoice 0119 paid?",
        "What runs on 10.20.30.43:5432?",
        "What runs on 10.20.30.42:5432?",
        "Что работает на 10.20.30.4?",
    ],
)
def test_is_refused_with_the_nearest_where_several_or_none_can_be_meant(question: str) -> None:
    reply = ask(question, *INVOICES, *ACTS, *HOSTS)
    assert reply.status is AnswerStatus.NOT_IN_DOCUMENTS
    assert not reply.citations
    assert len(reply.related) == 1
