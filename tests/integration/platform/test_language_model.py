"""One contract for every server behind Ollama's API, and the adapter against all its faults."""

import json
import time
from collections.abc import Iterator

import httpx
import pytest

from infra.local.simulators.ollama import Fault, SimulatedOllama, simulated_ollama
from mara.agents.model import Language
from mara.agents.model.prompts import ANSWER_SCHEMA, answer_prompt
from mara.kernel.language_model import ChatMessage, ChatPrompt, LanguageModelUnavailable, Speaker
from mara.platform.language_model import OllamaLanguageModel
from mara.platform.model_catalog import OllamaLanguageModelCatalog
from tests.support import malformed_answers
from tests.support.agents import a_hit
from tests.support.ollama import embedded_ollama, real_ollama
from tests.support.ports import free_port

MODEL = "smollm2:135m"
LONG = {"type": "array", "items": {"type": "integer"}, "minItems": 2000}
"""The shape of an answer that no sample of the model can end early."""
PATIENT_S = 300.0
"""More than an answer takes on a machine that is busy with other things."""
HELLO = ChatPrompt([ChatMessage(Speaker.USER, "Say hello.")])

pytestmark = pytest.mark.xdist_group("language model")


@pytest.fixture(scope="module", params=["embedded", "real"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if request.param == "embedded":
        with embedded_ollama() as found:
            yield found
    else:
        with real_ollama(tmp_path_factory.mktemp("ollama")) as found:
            yield found


def model_at(url: str, *, deadline_s: float = PATIENT_S) -> OllamaLanguageModel:
    return OllamaLanguageModel(url, MODEL, 4096, deadline_s=deadline_s)


def post(url: str, path: str, body: object) -> httpx.Response:
    return httpx.post(f"{url}{path}", json=body, timeout=PATIENT_S, trust_env=False)


class TestServers:
    def test_answers_in_the_shape_asked_for(self, url: str) -> None:
        told = answer_prompt(
            "How do I free disk space?",
            [a_hit("Delete old images first. Then enlarge the volume.")],
            instructions="",
            language=Language.EN,
            tokens_max=3000,
        )
        completion = model_at(url).chat(
            told.chat, model=None, temperature=0.0, schema=ANSWER_SCHEMA
        )
        assert completion.input_tokens > 50
        assert completion.output_tokens > 5
        # Whether it makes sense, and comes to an end, is another matter for so small a model.
        assert completion.text.lstrip().startswith("{")
        assert '"answer"' in completion.text

    def test_takes_the_model_by_name(self, url: str) -> None:
        completion = model_at(url).chat(
            HELLO, model="SmolLM2:135m", temperature=0.0, schema=ANSWER_SCHEMA
        )
        # It may come to no end, as above: that depends on the processor, too.
        assert completion.text.lstrip().startswith("{")

    def test_refuses_a_model_that_is_not_there(self, url: str) -> None:
        with pytest.raises(LanguageModelUnavailable):
            model_at(url).chat(HELLO, model="nosuch:1b", temperature=0.0, schema=ANSWER_SCHEMA)

    def test_serves_the_next_after_one_that_was_given_up(self, url: str) -> None:
        with pytest.raises(LanguageModelUnavailable):
            model_at(url, deadline_s=0.2).chat(HELLO, model=None, temperature=0.9, schema=LONG)
        assert model_at(url).chat(HELLO, model=None, temperature=0.0, schema=ANSWER_SCHEMA).text

    def test_streams_lines_of_json(self, url: str) -> None:
        body = {
            "model": MODEL,
            "messages": [{"role": "user", "content": "Count to five."}],
            "options": {"num_predict": 12},
            "format": LONG,
        }
        lines = [json.loads(line) for line in post(url, "/api/chat", body).text.splitlines()]
        assert len(lines) > 2
        assert [line["done"] for line in lines] == [False] * (len(lines) - 1) + [True]
        assert lines[-1]["done_reason"] == "length"
        assert lines[-1]["eval_count"] <= 12

    def test_generates_from_a_prompt(self, url: str) -> None:
        body = {"model": MODEL, "prompt": "Say hello.", "stream": False}
        answer = post(url, "/api/generate", {**body, "options": {"num_predict": 8}}).json()
        assert answer["done"] is True
        assert answer["response"]

    def test_embeds_texts(self, url: str) -> None:
        found = post(url, "/api/embed", {"model": MODEL, "input": ["disk", "clock"]}).json()
        assert [len(vector) for vector in found["embeddings"]] == [576, 576]

    def test_lists_its_model(self, url: str) -> None:
        assert MODEL in OllamaLanguageModelCatalog(url, MODEL).names()
        tags = httpx.get(f"{url}/api/tags", trust_env=False).json()
        assert MODEL in [model["name"] for model in tags["models"]]
        shown = post(url, "/api/show", {"model": MODEL}).json()
        assert any(name.endswith("context_length") for name in shown["model_info"])

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({}, 400),
            ({"model": "nosuch:1b", "messages": []}, 404),
            ({"model": MODEL, "messages": [{"role": "user", "content": "x"}], "think": True}, 400),
            (
                {
                    "model": MODEL,
                    "messages": [{"role": "user", "content": "x"}],
                    "options": {"num_predict": "many"},
                },
                500,
            ),
        ],
    )
    def test_refuses_what_it_cannot_do(
        self, url: str, body: dict[str, object], status: int
    ) -> None:
        answer = post(url, "/api/chat", body)
        assert answer.status_code == status
        assert answer.json()["error"]


class TestFaults:
    @pytest.fixture
    def simulated(self) -> Iterator[SimulatedOllama]:
        with simulated_ollama(free_port()) as found:
            yield found

    def test_asks_for_the_whole_context_and_the_shape(self, simulated: SimulatedOllama) -> None:
        simulated.says = '{"answer": "Yes.", "citations": []}'
        completion = model_at(simulated.url).chat(
            HELLO, model=None, temperature=0.3, schema=ANSWER_SCHEMA
        )
        assert completion.text == simulated.says
        assert (completion.input_tokens, completion.output_tokens) == (100, 20)
        (asked,) = simulated.asked
        assert asked["options"]["num_ctx"] == 4096
        assert asked["options"]["temperature"] == 0.3
        assert asked["format"] == ANSWER_SCHEMA

    @pytest.mark.parametrize("fault", [f for f in Fault if f is not Fault.NONE])
    def test_is_unavailable_in_time_whatever_goes_wrong(
        self, simulated: SimulatedOllama, fault: Fault
    ) -> None:
        simulated.says, simulated.fault = "x" * 40, fault
        began = time.monotonic()
        with pytest.raises(LanguageModelUnavailable):
            model_at(simulated.url, deadline_s=1.0).chat(
                HELLO, model=None, temperature=0.0, schema=ANSWER_SCHEMA
            )
        assert time.monotonic() - began < 10

    @pytest.mark.parametrize(
        "raw", malformed_answers.OF_A_CHAT.values(), ids=list(malformed_answers.OF_A_CHAT)
    )
    def test_is_unavailable_where_the_answer_is_malformed(
        self, simulated: SimulatedOllama, raw: str
    ) -> None:
        simulated.raw = raw
        with pytest.raises(LanguageModelUnavailable):
            model_at(simulated.url).chat(HELLO, model=None, temperature=0.0, schema=ANSWER_SCHEMA)

    @pytest.mark.parametrize("count", [-1, 2**31])
    def test_is_unavailable_where_the_tokens_cannot_be_stored(
        self, simulated: SimulatedOllama, count: int
    ) -> None:
        message = {"role": "assistant", "content": "{}"}
        counts = {"prompt_eval_count": count, "eval_count": 1}
        simulated.raw = json.dumps({"message": message, "done": True, **counts}) + "\n"
        with pytest.raises(LanguageModelUnavailable):
            model_at(simulated.url).chat(HELLO, model=None, temperature=0.0, schema=ANSWER_SCHEMA)

    @pytest.mark.parametrize(
        "raw", malformed_answers.OF_NO_OBJECT.values(), ids=list(malformed_answers.OF_NO_OBJECT)
    )
    def test_lists_no_models_where_the_answer_is_malformed(
        self, simulated: SimulatedOllama, raw: str
    ) -> None:
        simulated.raw = raw
        with pytest.raises(LanguageModelUnavailable):
            OllamaLanguageModelCatalog(simulated.url, MODEL).names()

    def test_is_unavailable_where_nobody_listens(self) -> None:
        with pytest.raises(LanguageModelUnavailable):
            model_at(f"http://127.0.0.1:{free_port()}").chat(
                HELLO, model=None, temperature=0.0, schema=ANSWER_SCHEMA
            )

    @pytest.mark.parametrize(
        "fault", [Fault.REFUSES, Fault.BUSY, Fault.FORBIDDEN, Fault.SILENT, Fault.GARBAGE]
    )
    def test_lists_no_models_whatever_goes_wrong(
        self, simulated: SimulatedOllama, fault: Fault
    ) -> None:
        simulated.fault = fault
        with pytest.raises(LanguageModelUnavailable):
            OllamaLanguageModelCatalog(simulated.url, MODEL).names()

    def test_lists_no_models_where_nobody_listens(self) -> None:
        with pytest.raises(LanguageModelUnavailable):
            OllamaLanguageModelCatalog(f"http://127.0.0.1:{free_port()}", MODEL).names()

    def test_renders_the_prompt_as_the_core_counts_it(self, simulated: SimulatedOllama) -> None:
        """Braces in documents are text: they neither fail nor name a field."""
        simulated.says = '{"answer": "Yes.", "citations": []}'
        prompt = ChatPrompt(
            [
                ChatMessage(Speaker.SYSTEM, "Rules {fence} {{}}"),
                ChatMessage(Speaker.USER, "{text}"),
            ],
            {"fence": "f", "text": "{fence} {nosuch} {} {{x}} {0.__class__}"},
        )
        model_at(simulated.url).chat(prompt, model=None, temperature=0.0, schema=ANSWER_SCHEMA)
        sent = [message["content"] for message in simulated.asked[0]["messages"]]
        assert sent == [message.text for message in prompt.messages]
        assert sent == ["Rules f {}", "{fence} {nosuch} {} {{x}} {0.__class__}"]
