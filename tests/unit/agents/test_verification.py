"""Whether a citation is true."""

from hypothesis import given
from hypothesis import strategies as st

from mara.agents.model.verification import Claim, fold, verify
from mara.kernel.ids import new_id
from tests.support.agents import a_hit

DISK = a_hit("Delete old images first.\nThen  enlarge the volume of the node.")
CLOCK = a_hit("Restart the time daemon and compare the offsets of both clocks.")


class TestVerify:
    """Invariant 10: a citation is verbatim, and of a chunk that was retrieved."""

    def test_keeps_a_quote_that_stands_there(self) -> None:
        (citation,) = verify([Claim(DISK.chunk.id, "enlarge the volume")], [DISK])
        assert citation.quote == "enlarge the volume"
        assert citation.chunk_id == DISK.chunk.id

    def test_gives_it_as_the_chunk_spells_it(self) -> None:
        (citation,) = verify([Claim(DISK.chunk.id, "IMAGES first. then ENLARGE")], [DISK])
        assert citation.quote == "images first.\nThen  enlarge"

    def test_drops_an_invented_quote(self) -> None:
        assert verify([Claim(DISK.chunk.id, "format the volume twice")], [DISK]) == []

    def test_drops_a_quote_of_another_chunk(self) -> None:
        claim = Claim(DISK.chunk.id, "Restart the time daemon")
        assert verify([claim], [DISK, CLOCK]) == []

    def test_drops_a_quote_of_a_chunk_that_was_not_retrieved(self) -> None:
        assert verify([Claim(CLOCK.chunk.id, "Restart the time daemon")], [DISK]) == []
        assert verify([Claim(new_id(), "enlarge the volume")], [DISK]) == []

    def test_drops_a_quote_stitched_from_two_places(self) -> None:
        stitched = ["Delete old the volume of the node", "Delete old images ... the node."]
        claims = [Claim(DISK.chunk.id, quote) for quote in stitched]
        assert verify(claims, [DISK]) == []

    def test_drops_a_quote_that_begins_inside_a_word(self) -> None:
        assert verify([Claim(DISK.chunk.id, "arge the volume")], [DISK]) == []

    def test_drops_a_quote_too_short_to_prove_anything(self) -> None:
        for quote in ("", " ", "the", "the node"):
            assert verify([Claim(DISK.chunk.id, quote)], [DISK]) == []

    def test_keeps_a_short_quote_that_is_the_whole_chunk(self) -> None:
        short = a_hit("Restart it.")
        assert len(verify([Claim(short.chunk.id, "Restart it.")], [short])) == 1

    def test_gives_a_repeated_quote_once(self) -> None:
        claim = Claim(DISK.chunk.id, "enlarge the volume")
        assert len(verify([claim, claim], [DISK])) == 1

    @given(st.text(alphabet="ab .\n(*+\\", max_size=40), st.text(alphabet="ab .\n(*+\\"))
    def test_lets_nothing_through_that_does_not_stand_there(self, quote: str, text: str) -> None:
        hit = a_hit(text)
        for citation in verify([Claim(hit.chunk.id, quote)], [hit]):
            assert citation.quote in text
            assert fold(citation.quote) == fold(quote)
