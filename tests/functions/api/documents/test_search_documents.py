"""POST /api/v1/documents/search, as API Gateway calls it."""

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

from functions.api.documents.search_documents.handler import handler
from tests.support.accounts import Account, make_account
from tests.support.events import Answer, call
from tests.support.knowledge import PLAIN_TEXT_PLACE, learn
from tests.support.webhooks import alertmanager, as_text, grafana, many

pytestmark = pytest.mark.usefixtures("database")

TEXT = "Restart the billing service with systemctl restart billing on its host."


@pytest.fixture
def anna() -> Account:
    return make_account("anna")


def search(who: Account, **body: Any) -> Answer:
    return call(handler, "POST", "/api/v1/documents/search", headers=who.headers, body=body)


class TestSearchDocuments:
    @pytest.mark.parametrize("mode", ["hybrid", "lexical", "semantic"])
    def test_gives_hits_with_scores_and_places_in_order(self, anna: Account, mode: str) -> None:
        learn(anna.id, "lunch.txt", ["Lunch is at noon in the large hall."])
        document = learn(anna.id, "ops.txt", [TEXT])
        items = search(anna, query="restart billing", mode=mode).json["items"]
        assert items[0]["document_id"] == str(document.id)
        assert items[0]["filename"] == "ops.txt"
        assert items[0]["text"] == TEXT
        assert items[0]["place"] == PLAIN_TEXT_PLACE
        scores = [item["score"] for item in items]
        assert scores == sorted(scores, reverse=True)

    def test_finds_words_in_every_spelling_of_unicode(self, anna: Account) -> None:
        learn(anna.id, "lunch.txt", ["Обед в полдень."])
        wanted = learn(anna.id, "ops.txt", ["Конфигурация маршрутизатора хранится в архиве."])
        for query in (
            unicodedata.normalize("NFD", "конфигурация"),
            "конфигу\u00adрация",
            "конфигура\u0301ция",
            "\u200bконфигурация\ufeff",
        ):
            items = search(anna, query=query, mode="lexical").json["items"]
            assert [item["document_id"] for item in items] == [str(wanted.id)], ascii(query)

    def test_looks_only_where_it_is_told(self, anna: Account) -> None:
        learn(anna.id, "ops.txt", [TEXT])
        lunch = str(learn(anna.id, "lunch.txt", ["Lunch is at noon in the large hall."]).id)
        items = search(anna, query="restart billing", document_ids=[lunch]).json["items"]
        assert [item["document_id"] for item in items] == [lunch]

    @pytest.mark.parametrize("body", [alertmanager, grafana])
    def test_takes_a_webhook_of_many_alerts_and_names_the_others(
        self, anna: Account, body: Callable[..., object]
    ) -> None:
        learn(anna.id, "lunch.txt", ["Lunch is at noon in the large hall."])
        learn(anna.id, "DiskFull.txt", ["Delete the old archives."])
        sent = as_text(body([*many("DiskFull"), ("PodDown", "resolved"), ("NodeDown", "firing")]))
        assert len(sent) > 50_000
        found = search(anna, query=sent).json
        assert found["items"][0]["filename"] == "DiskFull.txt"
        assert found["other_alerts"] == ["NodeDown"]
        assert search(anna, query="restart billing").json["other_alerts"] == []

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"query": ""},
            {"query": " "},
            {"query": "\u200b\u00ad"},
            {"query": "x" * 2001},
            {"query": as_text(alertmanager(many("DiskFull", 400)))},
            {"query": "\x00"},
            {"query": "x", "limit": 0},
            {"query": "x", "limit": 101},
            {"query": "x", "mode": "magic"},
            {"query": "x", "document_ids": ["1"]},
            {"query": "x", "more": True},
        ],
    )
    def test_refuses_what_makes_no_sense(self, anna: Account, body: dict[str, Any]) -> None:
        assert search(anna, **body).status == 422

    def test_gives_nothing_of_another_owner(self, anna: Account) -> None:
        """Invariant 2."""
        theirs = learn(make_account("boris").id, "ops.txt", [TEXT])
        assert search(anna, query="restart billing").json["items"] == []
        assert search(anna, query="restart billing", document_ids=[str(theirs.id)]).status == 404
