"""Invoices as pages and as PDF, made by the real renderers and read by other programs."""

import io
import re

import pypdf
import pypdfium2
import pytest

from mara.billing.adapters.document_html import POLICY, HtmlDocuments
from mara.billing.adapters.document_pdf import PdfDocuments
from mara.billing.model.document_view import view_of
from mara.billing.model.documents import InvoiceDocument
from mara.billing.model.invoice import InvoiceStatus, Party
from mara.kernel.money import format_usdt
from mara.users.model import Locale
from tests.support.browser import new_page
from tests.support.invoice_documents import SOURCES, TRANSACTION, document, note, overage

EVIL = "<script>document.title='x'</script><img src=x onerror=alert(1)>\"'&"
ODD = "שלום مرحبا 😀 漢字 \x07\x1b[31m \u202eTDSU\u202c e\u0301"


def pdf_of(shown: InvoiceDocument, locale: Locale = Locale.RU) -> bytes:
    return PdfDocuments().render(view_of(shown, locale)).content


def html_of(shown: InvoiceDocument, locale: Locale = Locale.EN) -> str:
    return HtmlDocuments().render(view_of(shown, locale)).content.decode()


def pages_of(file: bytes) -> list[str]:
    """The text of each page, without breaks of lines inside of it."""
    pages = pypdf.PdfReader(io.BytesIO(file)).pages
    return [" ".join(page.extract_text().split()) for page in pages]


class TestPdf:
    def test_has_its_text_in_cyrillic(self) -> None:
        (text,) = pages_of(pdf_of(document(sources=SOURCES, notes=(note(),))))
        for part in (
            *("Счёт 2026-000123", "ОПЛАЧЕН", "ООО «Пример»", "Анна Петрова"),
            *("Тариф «Команда» 1 234,567891", "Скидка -300,000000", "Итого 934,567891"),
            *(f"Депозит, Tron {TRANSACTION} 929,000000", "Подписка отменена 14,000000"),
            *("31.01.2026 12:00 – 28.02.2026 12:00", "Страница 1 из 1"),
        ):
            assert part in text

    def test_is_read_alike_by_another_program(self) -> None:
        read = pypdfium2.PdfDocument(pdf_of(document(sources=SOURCES)))
        text = read[0].get_textpage().get_text_range()
        assert "Анна Петрова" in text
        assert TRANSACTION in text

    def test_goes_on_over_the_page_with_the_head_of_the_table(self) -> None:
        shown = document(lines=overage(40), sources=SOURCES)
        first, second = pages_of(pdf_of(shown, Locale.EN))
        for page in (first, second):
            assert "Description Quantity Amount, USDT" in page
        every = first + second
        for n in range(40):
            assert f"Use above the plan Team: answers {7001 + n} 0.{100_001 + n}" in every
        assert "Page 1 of 2" in first
        assert f"Total {format_usdt(40 * 100_001 + 780)}" in second

    def test_keeps_total_and_lines_together_where_a_page_ends(self) -> None:
        """Wherever the break falls, no text is lost or written into the footer."""
        for count in range(24, 34):
            pages = pages_of(pdf_of(document(lines=overage(count)), Locale.EN))
            total = sum(100_001 + n for n in range(count))
            assert f"Total {format_usdt(total)}" in pages[-1]
            assert all(page.endswith("All times are in UTC.") for page in pages)

    @pytest.mark.parametrize("locale", Locale)
    @pytest.mark.parametrize("name", [ODD, EVIL, "Ж" * 200, "слово " * 33, "\u202e", ""])
    def test_takes_any_name(self, name: str, locale: Locale) -> None:
        buyer = Party(name, "a" * 200 + "@example.com", company=name)
        shown = document(buyer=buyer, notes=(note(1, name or "x"),), sources=SOURCES)
        text = "".join(pages_of(pdf_of(shown, locale)))
        assert "2026-000123" in text
        assert "\x07" not in text

    def test_shows_hebrew_arabic_and_emoji_and_a_sign_for_the_unknown(self) -> None:
        (text,) = pages_of(pdf_of(document(buyer=Party(ODD))))
        assert "😀" in text
        assert "\ufffd\ufffd" in text
        assert "ש" in text

    def test_of_the_same_rows_is_the_same(self) -> None:
        shown = document(sources=SOURCES, notes=(note(),))
        assert pdf_of(shown) == pdf_of(shown)
        assert pdf_of(shown) != pdf_of(shown, Locale.EN)
        assert html_of(shown) == html_of(shown)

    def test_logs_no_character_of_a_name(self, caplog: pytest.LogCaptureFixture) -> None:
        pdf_of(document(buyer=Party("漢字")))
        assert "漢" not in caplog.text

    def test_has_a_mark_and_no_payment_if_it_is_void(self) -> None:
        (text,) = pages_of(pdf_of(document(status=InvoiceStatus.VOID), Locale.EN))
        assert "VOID" in text
        assert "Paid by" not in text


class TestPage:
    def test_escapes_what_users_and_administrators_write(self) -> None:
        buyer = Party(EVIL, EVIL, company=EVIL)
        page = html_of(document(buyer=buyer, notes=(note(1, EVIL),)))
        assert "<script" not in page
        assert "<img" not in page
        assert page.count("&lt;script&gt;") == 4

    def test_runs_nothing_and_loads_nothing(self) -> None:
        assert "default-src 'none'" in POLICY
        assert "unsafe" not in POLICY
        page = html_of(document(sources=SOURCES))
        addresses = re.findall(r"(?:src|href)=\"([^\"]*)\"", page)
        assert addresses == ["data:,"]

    def test_looks_as_meant_under_its_policy(self) -> None:
        """The style applies though nothing else may: amounts stand on the right."""
        shown = document(sources=SOURCES, notes=(note(),))
        with new_page() as browser:
            browser.route(
                "**/*",
                lambda route: route.fulfill(
                    body=html_of(shown),
                    headers={"content-security-policy": POLICY, "content-type": "text/html"},
                ),
            )
            messages: list[str] = []
            browser.on("console", lambda message: messages.append(message.text))
            browser.goto("http://127.0.0.1:1/invoice")
            right = browser.eval_on_selector_all(
                "td:last-child", "cells => cells.map(c => c.getBoundingClientRect().right)"
            )
            style = browser.eval_on_selector(
                "tbody td:last-child", "cell => getComputedStyle(cell).textAlign"
            )
            browser.set_viewport_size({"width": 360, "height": 800})
            overflow = browser.evaluate("document.body.scrollWidth > innerWidth")
        assert len(set(map(round, right))) == 1
        assert (style, messages, overflow) == ("right", [], False)
