"""What is printed on invoices and credit notes, in both languages."""

import pytest

from mara.billing.model.document_view import DocumentView, view_of
from mara.billing.model.document_words import amount_text, moment_text, printable
from mara.billing.model.invoice import InvoiceLine, InvoiceStatus, LineKind, Party
from mara.billing.model.meters import Meter
from mara.kernel.money import AMOUNT_MAX
from mara.users.model import Locale
from tests.support.billing import NOW, USDT
from tests.support.invoice_documents import SOURCES, TRANSACTION, document, note, overage


def table(view: DocumentView, name: str) -> tuple[tuple[str, ...], ...]:
    return next(one.rows for one in view.tables if one.name == name)


class TestWords:
    @pytest.mark.parametrize(
        ("amount", "english", "russian"),
        [
            (0, "0.000000", "0,000000"),
            (-1, "-0.000001", "-0,000001"),
            (1234 * USDT + 567_891, "1,234.567891", "1\xa0234,567891"),
            (AMOUNT_MAX, "9,223,372,036,854.775807", "9\xa0223\xa0372\xa0036\xa0854,775807"),
        ],
    )
    def test_of_amounts_group_digits(self, amount: int, english: str, russian: str) -> None:
        assert amount_text(amount, Locale.EN) == english
        assert amount_text(amount, Locale.RU) == russian

    def test_of_moments_are_in_utc(self) -> None:
        assert moment_text(NOW, Locale.EN) == "31 Jan 2026 12:00"
        assert moment_text(NOW, Locale.RU) == "31.01.2026 12:00"

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("Анна\tПетрова\n", "Анна Петрова"),
            ("a\x00b\x07c\x9bd", "abcd"),
            ("pay \u202eTDSU 01\u202c", "pay TDSU 01"),
            ("\u2066x\u2069 \u200fשלום", "x שלום"),
            ("\ufffe\ud800 😀", "😀"),
        ],
    )
    def test_of_users_have_nothing_that_is_not_seen(self, text: str, shown: str) -> None:
        """Marks of direction would show an amount or a name in another order."""
        assert printable(text) == shown


class TestInvoice:
    def test_has_its_lines_with_amounts_that_add_up(self) -> None:
        view = view_of(document(), Locale.EN)
        assert (view.title, view.mark) == ("Invoice 2026-000123", "PAID")
        assert table(view, "lines") == (
            ("Plan Team", "", "1,234.567891"),
            ("Discount", "", "-300.000000"),
        )
        assert view.tables[0].totals == (("Total", "934.567891"),)
        assert dict(view.facts)["Period"] == "31 Jan 2026 12:00 – 28 Feb 2026 12:00"

    def test_names_buyer_and_seller(self) -> None:
        view = view_of(document(), Locale.RU)
        assert view.parties == (
            (
                "Продавец",
                ("Example Ltd", "Main Street 1", "12345 Springfield", "billing@example.com"),
            ),
            ("Покупатель", ("ООО «Пример»", "Анна Петрова", "anna@example.com")),
        )

    def test_tells_how_it_was_paid(self) -> None:
        assert table(view_of(document(sources=SOURCES), Locale.EN), "sources") == (
            ("Credit", "", "5.000000"),
            ("Deposit, Tron", TRANSACTION, "929.000000"),
        )

    def test_lists_its_credit_notes(self) -> None:
        view = view_of(document(notes=(note(),)), Locale.RU)
        assert table(view, "notes") == (
            ("2026-C-000012, 03.02.2026 12:00", "Подписка отменена", "14,000000"),
        )
        assert view.tables[0].totals[-1] == ("Итого за вычетом кредит-нот", "920,567891")

    def test_lists_overage_by_meter(self) -> None:
        view = view_of(document(lines=overage(1)), Locale.EN)
        assert table(view, "lines") == (("Use above the plan Team: answers", "7001", "0.100001"),)

    @pytest.mark.parametrize(
        ("status", "english", "russian"),
        [
            (InvoiceStatus.PAID, "PAID", "ОПЛАЧЕН"),
            (InvoiceStatus.VOID, "VOID", "АННУЛИРОВАН"),
            (InvoiceStatus.OPEN, "TO BE PAID", "К ОПЛАТЕ"),
            (InvoiceStatus.UNCOLLECTIBLE, "NOT PAID", "НЕ ОПЛАЧЕН"),
            (InvoiceStatus.DRAFT, "DRAFT", "ЧЕРНОВИК"),
        ],
    )
    def test_bears_a_mark_of_its_state(
        self, status: InvoiceStatus, english: str, russian: str
    ) -> None:
        assert view_of(document(status=status), Locale.EN).mark == english
        assert view_of(document(status=status), Locale.RU).mark == russian

    def test_to_be_paid_tells_what_is_missing_until_when(self) -> None:
        view = view_of(document(status=InvoiceStatus.DRAFT, missing=17 * USDT), Locale.EN)
        assert view.title == "Draft of an invoice"
        assert view.tables[0].totals[-1] == ("Still to be paid in", "17.000000")
        assert dict(view.facts)["Pay until"] == "1 Feb 2026 12:00"


class TestCreditNote:
    def test_names_its_invoice_and_its_reason(self) -> None:
        view = view_of(document(note=note(3 * USDT, "Two days\nof outage")), Locale.EN)
        assert (view.title, view.mark) == ("Credit note 2026-C-000012", "CREDITED")
        assert dict(view.facts)["Of invoice"] == "2026-000123"
        assert dict(view.facts)["Reason"] == "Two days of outage"
        assert table(view, "lines") == (("Given back of invoice 2026-000123", "", "3.000000"),)


class TestCompleteness:
    @pytest.mark.parametrize("locale", Locale)
    def test_every_kind_of_line_has_words(self, locale: Locale) -> None:
        for kind in LineKind:
            for meter in Meter:
                lines = (InvoiceLine(kind, 1, meter, 1),)
                (row,) = table(view_of(document(lines=lines), locale), "lines")
                assert row[0]
                assert "{" not in row[0]

    def test_a_party_without_a_company_is_named_by_its_name(self) -> None:
        view = view_of(document(buyer=Party("", "anna@example.com")), Locale.EN)
        assert view.parties[1] == ("Buyer", ("anna@example.com",))
