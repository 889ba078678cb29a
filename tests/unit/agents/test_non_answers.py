"""Contents and empty fields, which repeat the words of a question and answer nothing."""

import pytest

from mara.agents.model.contents import is_contents
from mara.agents.model.empty_fields import is_empty_field
from mara.agents.model.non_answers import without_non_answers
from mara.extraction.model import Place
from tests.support.agents import a_hit


def contents(text: str, *headings: str) -> bool:
    return is_contents(a_hit(text, place=Place(headings=headings)).chunk)


class TestIsContents:
    @pytest.mark.parametrize(
        "text",
        [
            "1. General ........ 2\n2. Storage of reagents ........ 4\n3. Start ..... 5",
            "1. Общие положения . . . . . . 3\n2. Хранение реагентов . . . . . . 12",
            "Введение\t3\nХранение реагентов\t12",
            "Contents\nGeneral 2\nStorage of reagents 4",
            "Предисловие…………… iv\nГлава 1…………… 1",
            "- [Storage](#storage)\n- [Start](#start)",
        ],
    )
    def test_lines_with_pages_or_links(self, text: str) -> None:
        assert contents(text)

    def test_a_list_of_titles_under_that_heading(self) -> None:
        assert contents("Storage of reagents\nStart of the pump station", "Rules", "Contents")
        assert contents("1. Хранение реагентов\n2. Пуск насоса", "Оглавление")

    @pytest.mark.parametrize(
        "text",
        [
            "Acids are kept in cabinet C-3.\nAlkalis are kept in cabinet C-4.",
            "Wait ... then press 5",
            "Кабинет 214\nКабинет 215",
            "See [the manual](https://example.org/manual) first.\nThen restart.",
            "db-1\t10\ndb-2",
        ],
    )
    def test_no_other_text(self, text: str) -> None:
        assert not contents(text)

    def test_no_sentences_under_that_heading(self) -> None:
        assert not contents("Договор определяет поставку.\nСрок один год.", "Содержание")


class TestIsEmptyField:
    @pytest.mark.parametrize(
        ("text", "question"),
        [
            ("Phone: ____________", "What is the phone number?"),
            ("Name: Anna\nPhone: ..........\nCity: Oslo", "What is the phone number?"),
            ("Фамилия: Орлова\nТелефон:\nОтдел: Логистика", "Какой телефон?"),
            ("Дата ________ Подпись ________", "Какая дата?"),
            ("Service: payment\nOwner: ______", "Who is the owner of the payment service?"),
            ("Согласовано [ ]\nСрок: май", "Согласовано ли?"),
        ],
    )
    def test_where_only_its_label_is_asked(self, text: str, question: str) -> None:
        assert is_empty_field(text, question)

    @pytest.mark.parametrize(
        ("text", "question"),
        [
            ("Phone: 55-17\nFax: ________", "What is the phone number?"),
            ("Name: Anna\nPhone: ________", "What is the name?"),
            ("Порядок приёмки:\n1. Осмотрите товар.", "Каков порядок приёмки?"),
            ("Подпись: ________\nПодпись ставит директор.", "Кто ставит подпись?"),
            ("Согласовано [x]", "Согласовано ли?"),
            ("Пункт первый.\nЧто взять с собой:", "Что взять с собой?"),
            ("Payment falls due in May.\nDate: ________", "On what date is the payment due?"),
            ("Wait.... then restart the pump.", "When is the pump restarted?"),
        ],
    )
    def test_not_where_the_text_says_more(self, text: str, question: str) -> None:
        assert not is_empty_field(text, question)


def test_the_others_stay_in_their_order() -> None:
    entry = a_hit("Contents\nStorage of reagents 4")
    storage, other = a_hit("Acids are in C-3."), a_hit("Open V-1.")
    assert without_non_answers([entry, storage, other], "Storage of reagents") == [storage, other]
