"""Analysing documents on the real PostgreSQL with the real embedding model."""

import json
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from mara.documents.adapters.postgres import PostgresDocuments
from mara.documents.adapters.postgres_analyses import PostgresAnalyses
from mara.documents.errors import AnalysisSettled, DocumentNotFound, DocumentNotReady
from mara.documents.model import Document, DocumentState
from mara.documents.model.analysis import DEADLINE, MODEL_WITHIN, Analysis, AnalysisState, Method
from mara.documents.service.analysis import AnalysisService
from mara.documents.service.summary import PARTS_MAX
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.clock import now
from mara.platform.database import connection, transaction
from mara.wiring.documents import analysis_service
from tests.support.accounts import make_account
from tests.support.agents import ScriptedModel
from tests.support.knowledge import NOW, learn

pytestmark = pytest.mark.usefixtures("database")

RUNBOOK = [
    "When the disk of a database host is almost full, the database stops accepting writes.",
    "Delete archived logs older than seven days with the command purge-logs.",
    "If that is not enough, enlarge the volume in the console and resize the file system.",
    "Write to ops@example.com when the volume was enlarged; NodeDiskFull closes by itself.",
    "Do not restart the database while the disk is full: recovery needs free space.",
]
TOLD = json.dumps({"summary": "What to do about a full disk.", "key_points": ["Delete logs."]})


@pytest.fixture
def caller() -> Principal:
    return make_account("anna").principal


@pytest.fixture
def document(caller: Principal) -> Document:
    return learn(caller.user_id, "disk.txt", RUNBOOK)


def with_model(model: ScriptedModel | None) -> AnalysisService:
    return replace(analysis_service(), language_model=model)


def analyzed(service: AnalysisService, caller: Principal, document: Document):  # type: ignore[no-untyped-def] # noqa: ANN201
    service.request(caller, document.id)
    service.analyze(caller.user_id, document.id)
    found = service.find(caller, document.id)
    assert found is not None
    assert found.state is AnalysisState.READY
    assert found.result is not None
    return found.result


class TestSave:
    def test_refuses_to_replace_the_analysis_of_another_owner(
        self, caller: Principal, document: Document
    ) -> None:
        analyses, stranger = PostgresAnalyses(), make_account("boris").id
        own = Analysis(document.id, caller.user_id, AnalysisState.QUEUED, NOW)
        with transaction(SYSTEM):
            analyses.save(own)
            with pytest.raises(DocumentNotFound):
                analyses.save(replace(own, owner_id=stranger, state=AnalysisState.FAILED))
            assert analyses.find(caller.user_id, document.id) == own
            assert analyses.find(stranger, document.id) is None


class TestAnalyze:
    def test_extracts_sentences_of_the_document_where_there_is_no_model(
        self, caller: Principal, document: Document
    ) -> None:
        result = analyzed(with_model(None), caller, document)
        assert result.method is Method.EXTRACTIVE
        assert result.key_points
        assert all(point in "\n".join(RUNBOOK) for point in result.key_points)
        assert "ops@example.com" in {entity.text for entity in result.entities}
        assert result.language == "en"

    def test_lets_a_model_sum_up(self, caller: Principal, document: Document) -> None:
        result = analyzed(with_model(ScriptedModel(TOLD)), caller, document)
        assert result.method is Method.MODEL
        assert result.summary == "What to do about a full disk."
        assert "NodeDiskFull" in {entity.text for entity in result.entities}

    @pytest.mark.parametrize("said", [None, "Sure!", "{}", '{"summary": 1, "key_points": []}'])
    def test_extracts_where_the_model_is_down_or_talks_nonsense(
        self, caller: Principal, document: Document, said: str | None
    ) -> None:
        result = analyzed(with_model(ScriptedModel(said)), caller, document)
        assert result.method is Method.EXTRACTIVE

    def test_maps_a_long_document_in_parts_and_reduces_them(self, caller: Principal) -> None:
        texts = [f"Shelf {n} holds paper of kind {n}. " * 20 for n in range(60)]
        long = learn(caller.user_id, "long.txt", texts)
        model = ScriptedModel(TOLD, prompt_tokens_max=2000)
        analyzed(with_model(model), caller, long)
        assert 3 <= len(model.asked) <= PARTS_MAX + 1
        assert "Shelf 0 " in model.asked[0][-1].text
        assert "What to do about a full disk." in model.asked[-1][-1].text

    def test_does_nothing_the_second_time(self, caller: Principal, document: Document) -> None:
        analyzed(with_model(None), caller, document)
        with pytest.raises(AnalysisSettled):
            with_model(None).analyze(caller.user_id, document.id)

    def test_gives_way_to_a_delete(self, caller: Principal, document: Document) -> None:
        service = with_model(None)
        service.request(caller, document.id)
        with transaction(caller.user_id):
            PostgresDocuments().save(replace(document, deleted_at=NOW))
        with pytest.raises(AnalysisSettled):
            service.analyze(caller.user_id, document.id)


class TestRequest:
    def test_queues_one_message_however_often_it_is_asked(
        self, caller: Principal, document: Document
    ) -> None:
        for _ in range(3):
            with_model(None).request(caller, document.id)
        with transaction(caller.user_id):
            rows = connection().execute(
                "SELECT count(*) FROM outbox WHERE queue = 'analyze-document'"
            )
            assert rows.fetchone() == (1,)

    def test_refuses_a_document_that_is_not_read_yet(
        self, caller: Principal, document: Document
    ) -> None:
        with transaction(caller.user_id):
            PostgresDocuments().save(replace(document, state=DocumentState.QUEUED))
        with pytest.raises(DocumentNotReady):
            with_model(None).request(caller, document.id)

    def test_knows_no_document_of_somebody_else(self, document: Document) -> None:
        stranger = make_account("boris").principal
        with pytest.raises(DocumentNotFound):
            with_model(None).request(stranger, document.id)
        assert with_model(None).find(stranger, document.id) is None

    def test_may_be_asked_again_when_its_time_is_over(
        self, caller: Principal, document: Document
    ) -> None:
        late = replace(with_model(None), now=lambda: now() + DEADLINE + timedelta(minutes=1))
        first = with_model(None).request(caller, document.id)
        seen = late.find(caller, document.id)
        assert seen is not None
        assert seen.state is AnalysisState.FAILED
        assert late.request(caller, document.id).requested_at > first.requested_at


class TestAModelThatWritesAnything:
    def test_stores_what_it_escapes(self, caller: Principal, document: Document) -> None:
        told = r'{"summary": "Delete\u0000 logs.\ud800", "key_points": ["Wait\u001b", "\u0000"]}'
        result = analyzed(with_model(ScriptedModel(told)), caller, document)
        assert result.method is Method.MODEL
        assert (result.summary, result.key_points) == ("Delete logs.\ufffd", ["Wait"])

    def test_shows_no_address_that_the_document_has_not(
        self, caller: Principal, document: Document
    ) -> None:
        told = json.dumps(
            {
                "summary": "Delete logs. Pay 500 USDT. ![x](http://evil.example/a?b=c)",
                "key_points": ["<script>x</script>Delete logs older than seven days.", "Ask Bob."],
            }
        )
        result = analyzed(with_model(ScriptedModel(told)), caller, document)
        assert result.summary == "Delete logs."
        assert result.key_points == ["Delete logs older than seven days."]

    def test_is_not_shown_if_nothing_of_it_is_supported(
        self, caller: Principal, document: Document
    ) -> None:
        told = json.dumps({"summary": "Visit http://evil.example now.", "key_points": ["x"]})
        result = analyzed(with_model(ScriptedModel(told)), caller, document)
        assert result.method is Method.EXTRACTIVE

    def test_does_not_take_longer_than_its_time(self, caller: Principal) -> None:
        long = learn(caller.user_id, "long.txt", [" ".join(RUNBOOK) * 3 for _ in range(40)])
        model = ScriptedModel(TOLD, prompt_tokens_max=400)
        ticks = count()
        slow = replace(with_model(model), now=lambda: NOW + MODEL_WITHIN / 3 * next(ticks))
        slow.request(caller, long.id)
        slow.analyze(caller.user_id, long.id)
        found = with_model(None).find(caller, long.id)
        assert found is not None
        assert found.result is not None
        assert found.result.method is Method.EXTRACTIVE
        assert len(model.asked) < 4
        left = [given for given in model.given_s if given is not None]
        assert len(left) == len(model.given_s)
        assert left == sorted(left, reverse=True)
