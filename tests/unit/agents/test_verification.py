"""Whether a citation is true."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.agents.model import Citation
from mara.agents.model.verification import Claim, fold, locate, verify
from mara.extraction.model import Place
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


class TestQuoteAtAnEdge:
    """Each case fails if one condition of the verification is left out or turned round."""

    @pytest.mark.parametrize(
        ("text", "quote", "found"),
        [
            ("Delete old images first.", "Delete old images first.", "Delete old images first."),
            ("Delete old images first.", "old images first", "old images first"),
            # Three words are enough, two are not.
            ("Delete old images first.", "Delete old images", "Delete old images"),
            ("Delete old images first.", "old images", None),
            # Two words that are the whole chunk, in another case and with other white space.
            ("Restart  it.\n", "restart IT.", "Restart  it."),
            ("Restart it. Now.", "restart it.", None),
            # The quote ends or begins inside a word.
            ("Delete old imagesets now", "Delete old images", None),
            ("Undelete old images now", "delete old images", None),
            # Punctuation at the edge needs no word boundary: the neighbour may be a letter.
            ("x(old images now)y", "(old images now)", "(old images now)"),
            ("a -v old images", "-v old images", "-v old images"),
            # Signs of regular expressions are text.
            ("Run a.c b+ d* now", "a.c b+ d*", "a.c b+ d*"),
            ("Run abc bb ddd now", "a.c b+ d*", None),
            # White space between the words does not matter, its absence does.
            ("Delete\n\told   images", "Delete old images", "Delete\n\told   images"),
            ("Delete oldimages first now", "Delete old images", None),
            # Longer than the chunk: not found, and not searched for.
            ("one two three", "one two three four", None),
        ],
    )
    def test_is_located_or_not(self, text: str, quote: str, found: str | None) -> None:
        assert locate(quote, a_hit(text).chunk) == found

    def test_is_the_first_of_several(self) -> None:
        chunk = a_hit("Stop it now. STOP IT NOW.").chunk
        assert locate("stop it now.", chunk) == "Stop it now."

    def test_takes_no_time_to_refuse_a_long_one(self) -> None:
        """A pattern of ten thousand words is not even compiled."""
        assert locate("a " * 10_000, a_hit("a b c").chunk) is None


class TestCitation:
    def test_has_everything_of_its_source(self) -> None:
        place = Place(page=3, headings=("Disk", "Mitigation"))
        hit = a_hit("Delete old images first.", place=place)
        (citation,) = verify([Claim(hit.chunk.id, "delete old images")], [CLOCK, hit])
        assert citation == Citation(
            document_id=hit.chunk.document_id,
            filename="guide.md",
            chunk_id=hit.chunk.id,
            quote="Delete old images",
            place=place,
        )

    def test_keeps_the_order_of_the_claims_and_goes_on_after_a_false_one(self) -> None:
        claims = [
            Claim(new_id(), "Restart the time daemon"),
            Claim(CLOCK.chunk.id, "Restart the time daemon"),
            Claim(DISK.chunk.id, "no such words here"),
            Claim(DISK.chunk.id, "Delete old images"),
            Claim(CLOCK.chunk.id, "restart the TIME daemon"),
            Claim(CLOCK.chunk.id, "compare the offsets"),
        ]
        quotes = [citation.quote for citation in verify(claims, [DISK, CLOCK])]
        assert quotes == ["Restart the time daemon", "Delete old images", "compare the offsets"]

    def test_folds_case_and_white_space(self) -> None:
        assert fold(" Straße\t\nB ") == "strasse b"
        assert fold("a b") != fold("ab")
