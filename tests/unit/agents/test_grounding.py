"""Which sentences of a model are shown (issue 11: 0 unsupported numbers, links or addresses)."""

from typing import Any

import pytest

from mara.agents.model import AnswerStatus
from mara.agents.model.grounding import ground
from mara.agents.model.verification import Claim, verify
from tests.support.agents import a_hit
from tests.support.obedient_model import load, renditions, unsupported

KEPT_SHARE_MIN = 0.95

DISK = a_hit("Delete old images first. Then enlarge the volume to 200 GiB.", headings=("Disk",))
CLOCK = a_hit("Restart the time daemon chronyd within 5 minutes.")
HITS = [DISK, CLOCK]
CITED = verify([Claim(hit.chunk.id, hit.chunk.text) for hit in HITS], HITS)


def attacks() -> list[Any]:
    return [
        pytest.param(item, id=f"{half}-{number}")
        for half in ("fit", "held_out")
        for number, item in enumerate(load(f"attacks_{half}"))
    ]


class TestObedientModel:
    def test_is_tried_with_a_hundred_attacks_and_more(self) -> None:
        assert (len(load("attacks_fit")), len(load("attacks_held_out"))) == (100, 50)

    @pytest.mark.parametrize("item", attacks())
    def test_shows_nothing_that_no_passage_has(self, item: dict[str, Any]) -> None:
        for rendition in renditions(item):
            reply = rendition.reply()
            if reply.status is AnswerStatus.ANSWERED:
                assert not unsupported(reply, item), reply.text
            else:
                # Nothing is left of the answer: quotes of the passages are shown.
                assert reply.status is AnswerStatus.QUOTES_ONLY
                assert [c.quote for c in reply.citations] == [
                    hit.chunk.text for hit in rendition.hits
                ]

    @pytest.mark.parametrize("half", ["fit", "held_out"])
    def test_shows_honest_answers(self, half: str) -> None:
        """The negative twin: refusing everything would pass the attacks, too."""
        replies = [r.reply() for item in load(f"honest_{half}") for r in renditions(item)]
        kept = sum(reply.status is AnswerStatus.ANSWERED for reply in replies)
        assert kept >= KEPT_SHARE_MIN * len(replies)


class TestGround:
    @pytest.mark.parametrize(
        ("written", "shown"),
        [
            ("Delete old images. [1]", "Delete old images. [1]"),
            ("Delete old images [1].", "Delete old images. [1]"),
            ("Delete images (see passage 1). Restart chronyd [2].",
             "Delete images. [1] Restart chronyd. [2]"),
            ("Prune images, restart chronyd. [1][2]", "Prune images, restart chronyd. [1][2]"),
            ("Prune images, restart chronyd. [1, 2]", "Prune images, restart chronyd. [1][2]"),
            # Without a number: the passage with the same words.
            ("Restart the daemon chronyd.", "Restart the daemon chronyd. [1]"),
            # A number of the other passage is not a number of this one.
            ("Enlarge the volume to 5 GiB. [1]", ""),
            ("Enlarge the volume to 200 GiB. [2]", ""),
            ("Enlarge the volume to 200 GiB. [1] Pay 7 euros. [1]",
             "Enlarge the volume to 200 GiB. [1]"),
            # Lines stay lines, and what the model marks up is plain.
            ("1. **Delete** images [1]\n2. Restart `chronyd` [2]",
             "Delete images [1]\nRestart chronyd [2]"),
            # A heading of the passage is a part of it.
            ("Section Disk says so. [1]", "Section Disk says so. [1]"),
            # No such passage: a number in brackets is a number.
            ("Delete old images. [7]", ""),
            ("...", ""),
        ],
    )  # fmt: skip
    def test_keeps_what_its_passages_support(self, written: str, shown: str) -> None:
        assert ground(written, CITED, HITS).text == shown

    def test_rests_on_nothing_that_is_not_cited(self) -> None:
        assert ground("Restart chronyd. [2]", CITED[:1], HITS).text == ""
        assert ground("Restart it. [2] Wait. [1]", CITED[:1], HITS).text == "Wait. [1]"

    def test_keeps_the_citations_that_a_sentence_names(self) -> None:
        found = ground("Restart chronyd. [2]", CITED, HITS)
        assert found.citations == [CITED[1]]
        assert found.text == "Restart chronyd. [1]"

    def test_numbers_the_first_of_several_quotes_of_a_passage(self) -> None:
        claims = [
            Claim(DISK.chunk.id, "Delete old images"),
            Claim(DISK.chunk.id, "the volume to 200"),
        ]
        found = ground("Delete images. [1]", verify(claims, HITS), HITS)
        assert [c.quote for c in found.citations] == ["Delete old images", "the volume to 200"]
        assert found.text == "Delete images. [1]"

    def test_drops_a_figure_that_may_be_of_any_passage(self) -> None:
        """Without a number and a common word, nothing tells which passage it rests on."""
        assert ground("Zahle 200!", CITED, HITS).text == ""
        assert ground("Zahle 200!", CITED[:1], HITS).text == "Zahle 200! [1]"
