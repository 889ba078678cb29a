"""Alerts in every form, each with its runbook and, the negative twin, without it."""

import pytest

from infra.quality.forms import FORMS, Alert
from tests.support.alert_quality import library, runbook_alerts, runbook_library

ALERTS = runbook_alerts()
FOREIGN = [
    Alert("PostgresReplicationLag", "The replica lags.", "Replica r2 is 90s behind its primary."),
    Alert("CertificateExpires", "A certificate expires soon.", "web-1 expires in 5h 12m."),
    Alert("PumpWarrantyEnds", "The warranty of a pump ends.", "Pump p-7 has 14 days left."),
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
class TestNamedAlert:
    def test_is_answered_from_its_runbook_first(self, alert: Alert, form: str) -> None:
        question = FORMS[form](alert)
        decision = runbook_library().ask(question)
        assert decision.is_answerable
        assert decision.passages[0].filename == alert.runbook
        assert runbook_library().search(question)[0].filename == alert.runbook

    def test_is_refused_without_its_runbook_and_shows_the_nearest(
        self, alert: Alert, form: str
    ) -> None:
        assert alert.runbook
        decision = runbook_library().ask(FORMS[form](alert), without=[alert.runbook])
        assert not decision.is_answerable
        assert [hit.filename != alert.runbook for hit in decision.related] == [True]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("alert", FOREIGN, ids=lambda alert: alert.name)
def test_foreign_alert_is_refused(alert: Alert, form: str) -> None:
    assert not runbook_library().ask(FORMS[form](alert)).is_answerable


class TestTitleOfSeveralWords:
    @pytest.mark.parametrize(
        "question",
        ["How to bunker fuel?", "how-to-bunker-fuel", "Please open: HOW TO BUNKER FUEL, today"],
    )
    def test_named_in_full_wins_and_is_missed_without_its_document(self, question: str) -> None:
        found = runbook_library().ask(question)
        assert (found.is_answerable, found.passages[0].filename) == (True, "how-to-bunker-fuel.md")
        found = runbook_library().ask(question, without=["how-to-bunker-fuel.md"])
        assert not found.is_answerable


NUMBERS = library(
    {
        "invoices.md": "# Paid\n\nInvoice INV-2024-0131 of 12.03.2024 is over 125 000 USDT.\n"
        "\n# Reminders\n\nInvoice INV-2024-0119 of 5 May 2024 over 1,250.50 USDT is not paid.\n",
        "договор.md": "# Договор\n\n## 5.2. Оплата\n\nСчёт оплачивается за 10 дней.\n\n"
        "## 5.3. Пени\n\nПени составляют 0,1 % за день. Версия шлюза 2.4.1, адрес 10.0.4.17.\n",
    }
)


class TestNumbersAndCodes:
    @pytest.mark.parametrize(
        ("question", "fact"),
        [
            ("Is invoice INV-2024-0131 paid?", "INV-2024-0131"),
            ("Оплачен ли счёт INV-2024-0119?", "INV-2024-0119"),
            ("Which invoice is of March 12, 2024?", "INV-2024-0131"),
            ("Какой счёт от 05.05.2024?", "INV-2024-0119"),
            ("Which invoice is over 125,000 USDT?", "INV-2024-0131"),
            ("Какой счёт на 1 250,50 USDT?", "INV-2024-0119"),
            ("Что сказано в п. 5.3 договора?", "Пени"),
            ("Что стоит по адресу 10.0.4.17?", "10.0.4.17"),
            ("Где версия 2.4.1?", "2.4.1"),
            ("INV-2024-0119", "INV-2024-0119"),
        ],
    )
    def test_that_are_there_are_answered_from_where_they_stand(
        self, question: str, fact: str
    ) -> None:
        found = NUMBERS.ask(question)
        assert found.is_answerable
        assert fact in found.passages[0].chunk.text

    @pytest.mark.parametrize(
        ("question", "code"),
        [
            ("Is invoice INV-2024-0118 paid?", "INV-2024-0118"),
            ("Оплачен ли счёт INV-2024-013?", "INV-2024-013"),
            ("Which invoice is of March 13, 2024?", "March 13, 2024"),
            ("Какой счёт от 12.03.2023?", "12.03.2023"),
            ("Which invoice is over 25 000 USDT?", "25 000 USDT"),
            ("Какой счёт на 1250 USDT?", "1250 USDT"),
            ("Что сказано в п. 5.4 договора?", "п. 5.4"),
            ("Что сказано в статье 10 договора?", "статье 10"),
            ("Что стоит по адресу 10.0.4.1?", "10.0.4.1"),
            ("Где версия 2.4?", "версия 2.4"),
            ("INV-2024-0191", "INV-2024-0191"),
        ],
    )
    def test_that_are_nowhere_are_refused_with_the_nearest_as_related(
        self, question: str, code: str
    ) -> None:
        found = NUMBERS.ask(question)
        assert (found.is_answerable, list(found.absent)) == (False, [code])
        assert found.related
