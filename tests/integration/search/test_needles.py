"""What stands at the very end is read, embedded and found as what stands at the beginning."""

import pytest

from mara.kernel.principal import Principal
from mara.search.adapters.use import UseEmbedder
from mara.search.model import SearchMode
from mara.wiring.documents import library_service
from mara.wiring.search import search_service
from tests.support.cloud import Cloud

pytestmark = pytest.mark.usefixtures("database")


class TestNothingIsCut:
    """Invariant 9: no chunk is longer than the model reads, and the end is found as the start."""

    NEEDLE = "The lighthouse keeper hides the brass key beneath the third step."
    FILLER = "The service writes its records to the queue and waits for the next batch of them. "

    def long_text(self) -> bytes:
        # One line without a break, so that only its length divides it.
        return (self.FILLER * 300 + self.NEEDLE).encode()

    @pytest.mark.parametrize("mode", list(SearchMode))
    def test_a_needle_at_the_end_of_a_long_document_is_found(
        self, cloud: Cloud, anna: Principal, mode: SearchMode
    ) -> None:
        document, _ = library_service().upload(anna, "long.txt", self.long_text())
        cloud.work()
        question = "Where does the lighthouse keeper hide the brass key?"
        hits = search_service().search(anna, question, limit=1, mode=mode)
        assert self.NEEDLE in hits[0].chunk.text
        chunks, _ = library_service().chunks(anna, document.id, after=-1, limit=1000)
        assert len(chunks) > 10
        assert hits[0].chunk.ordinal == chunks[-1].ordinal
        read = "".join("".join(chunk.text.split()) for chunk in chunks)
        assert read == "".join(self.long_text().decode().split())
        longest = max(UseEmbedder().count_tokens(chunk.text) for chunk in chunks)
        assert longest <= UseEmbedder().tokens_max

    @pytest.mark.parametrize("mode", list(SearchMode))
    def test_a_needle_at_the_end_of_the_longest_chunk_is_found(
        self, cloud: Cloud, anna: Principal, mode: SearchMode
    ) -> None:
        tokens = UseEmbedder().count_tokens
        filler = ""
        # As much as one chunk takes: a line that is not divided while the model can read it.
        while tokens(filler + self.FILLER + self.NEEDLE) <= UseEmbedder().tokens_max:
            filler += self.FILLER
        library_service().upload(anna, "longest.txt", (filler + self.NEEDLE).encode())
        for number in range(5):
            other = (self.FILLER * 5 + str(number)).encode()
            library_service().upload(anna, f"other{number}.txt", other)
        cloud.work()
        question = "Where does the lighthouse keeper hide the brass key?"
        hits = search_service().search(anna, question, limit=1, mode=mode)
        assert hits[0].chunk.text == filler + self.NEEDLE
