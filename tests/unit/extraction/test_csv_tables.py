"""Delimited text: which mark divides the cells, and what is a title or a sentence."""

import pytest

from mara.extraction.csv_tables import delimiter_of, read_csv

LAST_ROWS = {
    "decimal commas": (
        "Дата;Курс, руб\n01.03.2024;90,15\n02.03.2024;91,40\n",
        "Дата: 02.03.2024\nКурс, руб: 91,40",
    ),
    "commas in addresses": (
        "Филиал;Адрес\nЮг;г. Сочи, ул. Мира, 5\nСевер;г. Мурманск, пр. Ленина, 12\n",
        "Филиал: Север\nАдрес: г. Мурманск, пр. Ленина, 12",
    ),
    "semicolons in sentences": (
        "Name,Steps\nA,stop it; then wait\nB,clean it; then start\n",
        "Name: B\nSteps: clean it; then start",
    ),
    "a title above": (
        "Отчёт за май, 2024\n\nДата;Сумма\n01.05.2024;10,50\n02.05.2024;11,00\n",
        "Дата: 02.05.2024\nСумма: 11,00",
    ),
    "titles directly above": (
        "Report, May\nfor the board\nShop,Sales\nNorth,10\nSouth,20\nWest,30\n",
        "Shop: West\nSales: 30",
    ),
    "quoted delimiters": (
        'Alert,Action\nDisk,"Prune, then grow"\nQueue,"Purge, then wait"\n',
        "Alert: Queue\nAction: Purge, then wait",
    ),
    "quoted lines": ('Alert,Action\nDisk,"Prune.\nGrow."\n', "Alert: Disk\nAction: Prune.\nGrow."),
    "tabs": (
        "Code\tName, unit\nA-1\tCable, m\nA-2\tSocket, pcs\n",
        "Code: A-2\nName, unit: Socket, pcs",
    ),
    "bars": ("Code|Price\nA-1|1,5\nA-2|2,5\n", "Code: A-2\nPrice: 2,5"),
    "spaces after commas": (
        "Alert, Action\nDisk, prune\nQueue, purge\n",
        "Alert: Queue\nAction: purge",
    ),
    "a declared delimiter": ("sep=|\nA|B,C\n1|2,5\n", "A: 1\nB,C: 2,5"),
}

SINGLE_COLUMNS = [
    "Вопрос\nКак войти, если забыл пароль?\nКак выйти, если завис экран?\n",
    "Как войти, если забыл пароль?\nКак выйти, если завис экран?\nКуда звонить, если пожар?\n",
    "Курс\n90,15\n91,40\n",
    "Step\nStop the pump; then wait for a minute\nClean the tank; then start it again\n",
    "Города\nМосква\nКазань\n",
]


class TestReadCsv:
    @pytest.mark.parametrize("name", LAST_ROWS)
    def test_divides_the_cells_with(self, name: str) -> None:
        text, last = LAST_ROWS[name]
        assert [block.text for block in read_csv(text)][-1] == last

    @pytest.mark.parametrize("text", SINGLE_COLUMNS)
    def test_keeps_a_single_column_whole(self, text: str) -> None:
        assert delimiter_of(text) is None
        assert [block.text for block in read_csv(text)] == text.splitlines()

    def test_numbers_rows_as_the_file_does(self) -> None:
        rows = [block.place.row for block in read_csv("sep=;\nA;B\n1;2\n3;4\n")]
        assert rows == [3, 4]
