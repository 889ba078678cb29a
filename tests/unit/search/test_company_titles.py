"""A document titled with the name of its company answers no question by that name."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mara.agents.model.confidence import ANSWER_AT, confidence_of
from mara.search.adapters.use import UseEmbedder
from mara.search.service.reranking import FeatureReranker
from mara.search.service.search import SearchService
from tests.support.agents import no_transaction
from tests.support.memory_index import MemoryIndex
from tests.support.quality import CALLER, fill

FOLDER = Path(__file__).parents[2] / "data" / "company_titles"
ANSWERED = {
    "fleet.md": (
        "How long does a driver rest after four and a half hours?",
        "Who do I call after an accident?",
        "How many straps does a pallet need?",
        "Where does the lorry stand overnight?",
        "How often is the tachograph card read?",
        "What happens with a fuel receipt over 300 EUR at Halden Freight?",
        "Which parking fee does Halden Freight refund?",
        "When must a lost card be reported?",
    ),
    "поликлиника.md": (
        "Во сколько начинается утренняя смена?",
        "Где стирают халат?",
        "Что проверяют при каждом обращении пациента?",
        "Где хранят сильнодействующие препараты?",
        "В какие пакеты собирают отходы класса Б?",
        "Кому сообщать о поломке оборудования?",
        "Когда начинается вечерняя смена в клинике «Меридиан»?",
        "Кто заверяет исправления в журнале учёта клиники «Меридиан»?",
    ),
}
REFUSED = {
    "fleet.md": (
        "Who is the director of Halden Freight?",
        "When was Halden Freight founded?",
        "Where is the head office of Halden Freight?",
        "How many people work for Halden Freight?",
        "What is the revenue of Halden Freight?",
        "Does Halden Freight pay a bonus at Christmas?",
        "Which bank does Halden Freight use?",
        "Кто директор Halden Freight?",
        "What do the Halden Freight rules for drivers say about dress code?",
    ),
    "поликлиника.md": (
        "Кто директор клиники «Меридиан»?",
        "Когда основана клиника «Меридиан»?",
        "По какому адресу находится клиника «Меридиан»?",
        "Сколько врачей в клинике «Меридиан»?",
        "Сколько стоит приём терапевта в клинике «Меридиан»?",
        "Какая выручка у клиники «Меридиан»?",
        "Есть ли парковка у клиники «Меридиан»?",
        "Who is the head of клиника «Меридиан»?",
        "Что в правилах для сотрудников клиники «Меридиан» сказано об отпуске?",
    ),
}
FORMS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "on two lines": lambda text: text.replace(" ", "\n", 1),
    "after a greeting": lambda text: f"Hello!\n{text}",
    "in capitals at the end": lambda text: f"{text} THANKS",
    "quoted": lambda text: f"> {text}",
}
SHARE_MIN, WRONG_MAX = 0.75, 0.12


@pytest.fixture(scope="module", params=sorted(ANSWERED))
def document(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def search(document: str) -> SearchService:
    """Searches this document alone: a company begins with one."""
    index = MemoryIndex()
    fill(index, UseEmbedder(), [FOLDER / document])
    return SearchService(index, UseEmbedder(), FeatureReranker(), no_transaction)


def is_answered(search: SearchService, question: str) -> bool:
    found = search.retrieve(CALLER, question)
    text = found.hits[0].chunk.text
    return confidence_of(search.evidence(found), question, text) >= ANSWER_AT


@pytest.mark.parametrize("form", FORMS)
def test_is_answered_from_only_where_a_section_does(
    document: str, search: SearchService, form: str
) -> None:
    right = [text for text in ANSWERED[document] if is_answered(search, FORMS[form](text))]
    wrong = [text for text in REFUSED[document] if is_answered(search, FORMS[form](text))]
    print(f"\n{document} {form}: answered {len(right)} of {len(ANSWERED[document])}, {wrong}")
    assert len(right) / len(ANSWERED[document]) >= SHARE_MIN, right
    assert len(wrong) / len(REFUSED[document]) <= WRONG_MAX, wrong
