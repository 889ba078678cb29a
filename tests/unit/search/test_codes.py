"""Numbers and codes: which a question asks for, and which spellings of a passage are the same."""

import pytest

from mara.search.model.asking import asked_codes
from mara.search.model.codes import codes_of, keys_in


def is_in(code: str, passage: str) -> bool:
    (found,) = codes_of(code)
    return found.hint in passage.lower() and not found.keys.isdisjoint(keys_in(passage))


class TestSameValue:
    @pytest.mark.parametrize(
        ("code", "passage"),
        [
            ("12.03.2024", "Signed on March 12, 2024."),
            ("12 марта 2024", "Подписан 2024-03-12."),
            ("5 May 2024", "05.05.24: done"),
            ("12 марта 2024", "Подписан 12 марта."),
            ("125 000 USDT", "Paid: 125,000.00"),
            ("1 250,50 руб", "Итого 1250.5 рублей"),
            ("v2.4.1", "Version 2.4.1 is out."),
            ("версия 2.4", "v2.4"),
            ("статья 128", "Статья 128. Отпуск"),
            ("п. 5.2", "5.2. Оплата"),
            ("§ 7", "Section 7"),
            ("порт 8443", "listens on 10.0.0.1:8443"),
            ("INV-2024-0118", "(inv-2024-0118)"),
            ("1621", "в 1620—21 годах"),
            ("2020", "2019-2020"),
            ("ann@example.com", "Write to Ann@example.com."),
            ("INV–2024–0118", "INV-2024-0118"),
            ("INV-2024-0118", "INV−2024–0118"),
            ("INV‑2024‐0118", "INV–2024–0118"),
        ],
    )
    def test_is_found_in_another_spelling(self, code: str, passage: str) -> None:
        assert is_in(code, passage)

    @pytest.mark.parametrize(
        ("code", "passage"),
        [
            ("INV-2024-0118", "INV-2024-0131, INV-2024-01180, XINV-2024-0118"),
            ("118 USDT", "INV-118, 0.118, 1180"),
            ("12.03.2024", "12.03.2023 and 13 March 2024"),
            ("125 000 USDT", "12 5000 or 1250000"),
            ("версия 2.4", "2.4.1"),
            ("статья 12", "за 12 дней"),
            ("10.0.0.1", "10.0.0.12"),
            ("E1234", "E12345 1234"),
        ],
    )
    def test_is_not_found_in_a_neighbour(self, code: str, passage: str) -> None:
        assert not is_in(code, passage)


class TestAskedCodes:
    @pytest.mark.parametrize(
        ("question", "codes"),
        [
            ("Is invoice INV-2024-0118 of 12.03.2024 paid?", ["INV-2024-0118", "12.03.2024"]),
            ("Что сказано в п. 5.4 договора?", ["п. 5.4"]),
            ("INV-2024-0118", ["INV-2024-0118"]),
            ("Покажи заказ 17", ["заказ 17"]),
            ("Что в разделе 5 правил?", ["разделе 5"]),
            ("О чём статья 15 договора?", ["статья 15"]),
            ("Кто живёт в доме 5 квартира 12?", ["доме 5", "квартира 12"]),
            ("Кому выдан договор № 2 дней назад?", ["договор № 2"]),
            ("Where is order 2?", ["order 2"]),
            ("What does error 13 mean?", ["error 13"]),
            ("Is port 22 open?", ["port 22"]),
            ("7", ["7"]),
            ("1 5?", ["1", "5"]),
            ("Что делать, если ошибка 500 с базой?", ["ошибка 500"]),
            ("Сколько заработали в 2024 году?", ["2024"]),
        ],
    )
    def test_are_those_of_a_question(self, question: str, codes: list[str]) -> None:
        assert [code.said for code in asked_codes(question)] == codes

    @pytest.mark.parametrize(
        "text",
        [
            "Pod api-7d4b9c on 10.0.3.17:9100 restarted 512 times within 5m. What do I do first?",
            "The disk of db-01.example.com is 97% full, what should I do?",
            "Под api-7d4b9c упал 512 раз. Что делать?",
            "How do I free 200 GB in 3 steps?",
            "Where is the 2nd pump?",
            "How do I compute sha256?",
            "Можно ли работать дома 2 дня в неделю?",
            "Нужно ли быть в офисе 3 дня?",
            "Заказ 2 мониторов для новых сотрудников",
            "How do I order 2 laptops?",
            "Do I have to be in the office 3 days a week?",
            "Is the contract 2 years long?",
            "Договор 2 года, что дальше?",
            "Можно ли разделить 28 дней отпуска на 2 части?",
            "Заявки 3 раза отклонили",
            "Он опаздывает пунктуально 5 минут",
            "Contract 10 contractors",
        ],
    )
    def test_are_no_values_that_are_reported(self, text: str) -> None:
        assert list(asked_codes(text)) == []
