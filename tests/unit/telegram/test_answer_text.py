"""Answers as texts of messages: sections, code, links, sources, and reasons of failures."""

from typing import Any

import pytest

from mara.agents.model import AnswerStatus, Citation, Language, Reply
from mara.agents.model.messages import quoted
from mara.extraction.model import Place
from mara.kernel.errors import DomainError, Forbidden, LimitReached, NotFound, PaymentRequired
from mara.kernel.ids import new_id
from mara.ledger.errors import InsufficientFunds
from mara.search.errors import SearchUnavailable
from mara.telegram.model.answer_text import answer_text
from mara.telegram.model.bot_config import BotLanguage
from mara.telegram.model.chat_texts import TEXTS, ChatText, chat_text, language_in
from mara.telegram.model.failure_text import failure_text
from mara.telegram.model.formatted_text import FormattedText, Span, TextFormat
from mara.telegram.model.rich_text import is_local, rich

EN, RU = BotLanguage.EN, BotLanguage.RU
DOCUMENT = new_id()


def citation(quote: str, *headings: str, page: int | None = 3, **more: Any) -> Citation:
    place = Place(page=page, headings=headings)
    return Citation(DOCUMENT, "runbooks.pdf", new_id(), quote, place, **more)


def quotes(*citations: Citation, rest: str = "") -> Reply:
    text = quoted(citations, Language.EN) + rest
    return Reply(AnswerStatus.ANSWERED, text, 0.9, citations)


def spans(text: FormattedText, wanted: TextFormat) -> list[str]:
    return [span.text for span in text.spans if span.format is wanted]


class TestQuotes:
    def test_stand_under_their_heading_with_their_source(self) -> None:
        shown = answer_text(quotes(citation("Delete `old` logs.", "Disks", "Full disk")), EN)
        assert shown.text == (
            "Full disk\n\nDelete old logs.\n\nrunbooks.pdf · Disks · Full disk · page 3"
        )
        assert spans(shown, TextFormat.BOLD) == ["Full disk"]
        assert spans(shown, TextFormat.CODE) == ["old"]
        assert spans(shown, TextFormat.ITALIC) == ["runbooks.pdf · Disks · Full disk · page 3"]

    def test_of_one_section_have_one_heading_and_source(self) -> None:
        found = (citation("One.", "Full disk"), citation("Two.", "Full disk", has_more=True))
        shown = answer_text(quotes(*found), EN)
        assert shown.text.count("Full disk") == 2
        assert "One.\n\nTwo.\n\n… there is more of this section" in shown.text

    def test_do_not_repeat_a_heading(self) -> None:
        assert spans(
            answer_text(quotes(citation("Full disk", "Full disk")), EN), TextFormat.BOLD
        ) == ["Full disk"]

    def test_keep_what_follows_them(self) -> None:
        shown = answer_text(quotes(citation("One."), rest="\n\nOther alerts: A."), EN)
        assert shown.text.endswith("\n\nOther alerts: A.")


class TestTextsOfModels:
    def test_have_a_list_of_sources(self) -> None:
        found = (citation("One.", "Disks"), citation("Two.", "Disks"))
        reply = Reply(AnswerStatus.ANSWERED, "Delete logs.", 0.9, found)
        assert answer_text(reply, EN).text == (
            "Delete logs.\n\nSources:\nrunbooks.pdf · Disks · page 3"
        )


class TestRefusals:
    def test_name_the_nearest_sections(self) -> None:
        near = citation("x" * 400, "Disks")
        reply = Reply(AnswerStatus.NOT_IN_DOCUMENTS, "No answer.", 0.1, related=[near])
        shown = answer_text(reply, RU).text
        assert shown.startswith("No answer.\n\nБлижайшие разделы")
        assert shown.endswith(f"{'x' * 300}…\nrunbooks.pdf · Disks · стр. 3")

    def test_may_have_none(self) -> None:
        reply = Reply(AnswerStatus.NOT_IN_DOCUMENTS, "No answer.", 0.1)
        assert answer_text(reply, EN).text == "No answer."


class TestRichText:
    def test_keeps_blocks_of_code(self) -> None:
        shown = rich("Run:\n```bash\ndf -h\n@ann\n```\nThen wait.")
        assert shown.text == "Run:\ndf -h\n@ann\nThen wait."
        assert spans(shown, TextFormat.PRE) == ["df -h\n@ann"]

    def test_keeps_a_block_without_an_end(self) -> None:
        assert spans(rich("~~~\ndf -h"), TextFormat.PRE) == ["df -h"]

    def test_keeps_public_links(self) -> None:
        link = Span("guide", TextFormat.TEXT_LINK, "https://example.com/a")
        assert rich("See [guide](https://example.com/a).").spans[1] == link
        assert rich("See https://example.com/a").entities == ()

    @pytest.mark.parametrize(
        "url", ["http://10.0.0.1/x", "http://grafana/x", "http://localhost:1", "http://a.internal"]
    )
    def test_makes_no_links_of_local_addresses(self, url: str) -> None:
        assert is_local(url)
        assert spans(rich(f"See {url} or [it]({url})"), TextFormat.CODE) == [url, url]
        assert spans(rich(f"[it]({url})"), TextFormat.TEXT_LINK) == []

    @pytest.mark.parametrize(
        ("text", "code", "shown"),
        [
            ("`put x <\nchains.json` now", ["put x < chains.json"], "put x < chains.json now"),
            ("`a\nb` and `c`", ["a b", "c"], "a b and c"),
            ("``a ` b``", ["a ` b"], "a ` b"),
            ("`` ` ``", ["`"], "`"),
            ("`  `", ["  "], "  "),
            ("`one\n\ntwo`", [], "`one\n\ntwo`"),
            ("`a`` b `c`", ["a`` b "], "a`` b c`"),
            (r"\`a` b `c`", ["b"], r"\`abc`"),
        ],
    )
    def test_reads_spans_of_code_as_commonmark_does(
        self, text: str, code: list[str], shown: str
    ) -> None:
        """https://spec.commonmark.org/0.31.2/#code-spans"""
        found = rich(text)
        assert spans(found, TextFormat.CODE) == code
        assert found.text == shown

    def test_keeps_other_marks_verbatim(self) -> None:
        for text in ("a * b_c_d **x**", "1 ` 2", "[x] (y)", "x[0](1)", ""):
            assert rich(text) == FormattedText.of(text)


class TestFailures:
    @pytest.mark.parametrize(
        ("error", "words"),
        [
            (PaymentRequired("x"), "top up"),
            (InsufficientFunds("x", missing=1), "top up"),
            (Forbidden("x"), "plan"),
            (LimitReached("x", retry_after_s=7), "in 7 s"),
            (NotFound("x"), "another one"),
            (SearchUnavailable("x"), "later"),
            (KeyError("x"), "later"),
        ],
    )
    def test_say_the_way_out(self, error: Exception, words: str) -> None:
        assert words in failure_text(error, EN).text

    def test_repeat_no_words_of_the_error(self) -> None:
        for error in (ValueError("canary"), DomainError("canary"), PaymentRequired("canary")):
            assert "canary" not in failure_text(error, EN).text


class TestTexts:
    @pytest.mark.parametrize("text", ChatText)
    def test_exist_in_both_languages(self, text: ChatText) -> None:
        fields = {
            "bot": "@b",
            "state": "s",
            "agent": "a",
            "available": "1",
            "seconds": 1,
            "until": "t",
            "rules": "r",
            "days": 1,
            "alert_days": 2,
        }
        assert set(TEXTS[text]) == set(BotLanguage)
        for language in BotLanguage:
            assert "{" not in chat_text(text, language, **fields)

    def test_are_in_the_language_of_the_person_in_private(self) -> None:
        def language(code: str, *, is_private: bool = True) -> BotLanguage:
            return language_in(is_private=is_private, language_code=code, bot=RU)

        assert [language("ru-RU"), language("de"), language("")] == [RU, EN, RU]
        assert language("en", is_private=False) is RU
