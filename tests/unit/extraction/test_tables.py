"""Which row of a table is its header, and what the rows below become."""

import pytest

from mara.extraction.markdown import read_markdown
from mara.extraction.tables import Tables, read_rows, shaped

Table = list[list[str]]


def table(text: str) -> Table:
    """Lines as rows, with bars between the cells."""
    return [[cell.strip() for cell in line.split("|")] for line in text.split("\n")]


def read(text: str) -> list[str]:
    return [block.text for block in read_rows(table(text), sheet=None, first_row=1)]


HEADERS = {
    "years": (
        "Показатель | 2022 | 2023\nВыручка | 310 | 355\nПрибыль | 41 | 38",
        "Показатель: Прибыль\n2022: 41\n2023: 38",
    ),
    "years of which the last is first": (
        "Metric | 2024 | 2023 | 2022\nRevenue | 7 | 6 | 5\nCosts | 3 | 2 | 2",
        "Metric: Costs\n2024: 3\n2023: 2\n2022: 2",
    ),
    "years with a word": (
        "Статья | 2023 г. | 2024 г. (план)\nАренда | 120 | 130\nСвязь | 7 | 9",
        "Статья: Связь\n2023 г.: 7\n2024 г. (план): 9",
    ),
    "numbers of months": (
        "Shop | 1 | 2 | 3 | 4\nNorth | 15 | 17 | 11 | 12\nSouth | 25 | 21 | 24 | 27",
        "Shop: South\n1: 25\n2: 21\n3: 24\n4: 27",
    ),
    "dates": (
        "Shop | 2024-01-01 | 2024-02-01\nNorth | 5 | 6\nSouth | 7 | 8",
        "Shop: South\n2024-01-01: 7\n2024-02-01: 8",
    ),
    "three rows of merged cells": (
        """Товар | 2024 | 2024 | 2024 | 2024
Товар | I кв. | I кв. | II кв. | II кв.
Товар | План | Факт | План | Факт
Щит | 5 | 6 | 7 | 8""",
        """Товар: Щит
2024 / I кв. / План: 5
2024 / I кв. / Факт: 6
2024 / II кв. / План: 7
2024 / II кв. / Факт: 8""",
    ),
    "nothing in the corner": (
        " | Production | Staging\nOwner | Anna | Boris\nRegion | Frankfurt | Dublin",
        "Region\nProduction: Frankfurt\nStaging: Dublin",
    ),
    "a column without a name": (
        "Сервис | Владелец | \nОплата | Анна | критично\nСчета | Борис | не будить",
        "Сервис: Счета\nВладелец: Борис\nне будить",
    ),
    "a column without a name in the middle": (
        "Item | | Price\nCable | red | 10\nSocket | white | 20",
        "Item: Socket\nwhite\nPrice: 20",
    ),
    "fewer cells than a row": (
        "Код | Название\nA-1 | Кабель\nA-2 | Розетка | уточнить | у склада\nA-3 | Щиток",
        "Код: A-3\nНазвание: Щиток",
    ),
    "numbers in the names": (
        "Line | Station 1 | Station 2\nA | 12 km | 15 km\nB | 9 km | 20 km",
        "Line: B\nStation 1: 9 km\nStation 2: 20 km",
    ),
    "two rows": (
        """Товар | I квартал | | II квартал |
             | План | Факт | План | Факт
             Кабель | 100 | 90 | 110 | 130
             Щит | 5 | 6 | 7 | 8""",
        """Товар: Щит
I квартал / План: 5
I квартал / Факт: 6
II квартал / План: 7
II квартал / Факт: 8""",
    ),
    "two rows of merged cells": (
        """Город | Лето | Лето | Зима | Зима
             Город | День | Ночь | День | Ночь
             Сочи | +28 | +20 | +9 | +4""",
        "Город: Сочи\nЛето / День: +28\nЛето / Ночь: +20\nЗима / День: +9\nЗима / Ночь: +4",
    ),
    "two rows of which the second has years": (
        "Region | Plan | | Fact |\n | 2023 | 2024 | 2023 | 2024\nNorth | 1 | 2 | 3 | 4",
        "Region: North\nPlan / 2023: 1\nPlan / 2024: 2\nFact / 2023: 3\nFact / 2024: 4",
    ),
    "a remark above it": (
        "Прайс-лист\nДата: | 01.02.2024\nКод | Название | Цена\nA-1 | Кабель | 10\nA-2 | Щит | 20",
        "Код: A-2\nНазвание: Щит\nЦена: 20",
    ),
    "an empty row below it": (
        "Alert | Action\n | \nDisk | Prune\nQueue | Purge",
        "Alert: Queue\nAction: Purge",
    ),
    "two columns": (
        "Должность | Телефон\nДежурный | 00-01\nБухгалтер | 00-02",
        "Должность: Бухгалтер\nТелефон: 00-02",
    ),
    "two columns of words": (
        "Service | Owner\nPayments | Anna\nSearch | Vera",
        "Service: Search\nOwner: Vera",
    ),
}

FORMS = {
    "of a contract": (
        "Исполнитель | ООО «Вектор»\nСрок | до 30 июня\nПеня | 0,1 % в день\nБанк | АО «Север»",
        ["Исполнитель: ООО «Вектор»", "Срок: до 30 июня", "Пеня: 0,1 % в день", "Банк: АО «Север»"],
    ),
    "in English": (
        "Vendor | Acme Ltd\nDue | 30 June\nPenalty | 0.1 %",
        ["Vendor: Acme Ltd", "Due: 30 June", "Penalty: 0.1 %"],
    ),
    "with colons": (
        "Model: | Vega\nColour: | red\nMade by: | Orion",
        ["Model: Vega", "Colour: red", "Made by: Orion"],
    ),
    "with a title": (
        "ЗАЯВКА НА ДОСТУП |\nФамилия, имя | Орлова Вера\nОтдел | Логистика\nСрок | до 31 декабря",
        [
            "ЗАЯВКА НА ДОСТУП",
            "Фамилия, имя: Орлова Вера",
            "Отдел: Логистика",
            "Срок: до 31 декабря",
        ],
    ),
}


class TestHeader:
    @pytest.mark.parametrize("name", HEADERS)
    def test_names_the_cells_with(self, name: str) -> None:
        text, last = HEADERS[name]
        assert read(text)[-1] == last

    @pytest.mark.parametrize(
        "text",
        [
            "Иванов | Москва | 55-17\nПетров | Казань | 55-18\nСидоров | Тверь | 55-19",
            "A-1 | Cable | 10\nA-2 | Socket | 20\nA-3 | Panel | 30",
            "2024-03-01 | 90.15\n2024-03-02 | 91.40\n2024-03-03 | 92.05",
            "Анна | Москва | менеджер\nБорис | Казань | инженер\nВера | Москва | инженер",
            "anna@example.com | Berlin\nboris@example.com | Bonn\nvera@example.com | Kiel",
        ],
    )
    def test_is_missing_where_the_first_row_is_like_the_others(self, text: str) -> None:
        assert read(text) == ["\n".join(row) for row in table(text)]

    @pytest.mark.parametrize("name", FORMS)
    def test_is_missing_in_a_form(self, name: str) -> None:
        text, rows = FORMS[name]
        assert read(text) == rows

    def test_is_found_again_below_an_empty_row(self) -> None:
        found = read(
            "Код | Цена\nA-1 | 10\nA-2 | 20\n | \n"
            "Контакты\nСотрудник | Телефон\nИванов | 11-22\nПетров | 22-33\n | \n"
            "Ключ | Этаж | Ответственный\nK-1 | 2 | Орлова"
        )
        assert found == [
            "Код: A-1\nЦена: 10",
            "Код: A-2\nЦена: 20",
            "Контакты",
            "Сотрудник: Иванов\nТелефон: 11-22",
            "Сотрудник: Петров\nТелефон: 22-33",
            "Ключ: K-1\nЭтаж: 2\nОтветственный: Орлова",
        ]

    def test_is_kept_below_an_empty_row_where_no_other_begins(self) -> None:
        found = read("Город | Телефон\nСочи | 1-2\n | \nОмск | 3-4\nТверь | 5-6")
        assert found[-1] == "Город: Тверь\nТелефон: 5-6"

    def test_that_is_repeated_is_counted_and_left_out(self) -> None:
        page = [["Код", "Цена"], ["A-1", "10"], ["A-2", "20"]]
        tables = Tables()
        assert len(list(shaped(enumerate(page * 3, 1), tables))) == 6
        assert tables.repeated == 2

    @pytest.mark.parametrize(
        "text", ["a | b\nc |", "a | b\na | b\na | b", "a: | b\nc |\nd |", "1 | 1\n1 | 1"]
    )
    def test_is_sought_in_any_table(self, text: str) -> None:
        assert read(text)

    def test_and_the_key_are_in_each_part_of_a_wide_row(self) -> None:
        names = ["Код", *(f"Показатель {n}" for n in range(1, 100))]
        rows = [names, *([f"K-{k}", *(f"{'abc'[k]}{n}" for n in range(1, 100))] for k in range(3))]
        found = [b for b in read_rows(rows, sheet=None, first_row=1) if b.place.row == 4]
        assert len(found) > 2
        assert all(b.text.startswith("Код: K-2\nПоказатель ") for b in found)
        lines = [line for b in found for line in b.text.split("\n")[1:]]
        assert lines == [f"Показатель {n}: c{n}" for n in range(1, 100)]

    def test_of_markdown_is_declared(self) -> None:
        text = "| Иванов | 55-17 |\n|---|---|\n| Петров | 55-18 |\n"
        assert [b.text for b in read_markdown(text)] == ["Иванов: Петров\n55-17: 55-18"]

    def test_of_markdown_that_is_empty_makes_a_form(self) -> None:
        text = "| | |\n|---|---|\n| Срок | до июня |\n| Порт | 8080 |\n"
        assert [b.text for b in read_markdown(text)] == ["Срок: до июня", "Порт: 8080"]
