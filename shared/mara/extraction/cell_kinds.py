"""Tells what kind of content a cell holds: whether it names a column, or is a value."""

import re
from enum import Enum
from itertools import pairwise

NAME_LENGTH_MAX = 60
"""A longer text is rarely the name of a column."""
KIND_LENGTH_MAX = 300
NAME_WORDS_MAX = 4
"""A text of more words is not looked for among the usual names."""
YEARS = range(1900, 2101)
SERIES_MIN = 2
"""Any two numbers are in equal steps."""


class Kind(Enum):
    """The kind of a cell's content."""

    EMPTY = 0
    TEXT = 1
    NUMBER = 2
    """Also amounts, shares and dates that consist of digits and signs."""
    MIXED = 3
    """Digits among letters: codes, addresses, dates with the name of the month."""
    ADDRESS = 4
    """An e-mail address or a link."""


_DIGITS = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W\d_]+")
_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"[\d\s.,:;/%+()\-−–—'’€$£₽¥]+(?:руб\.?|р\.|EUR|USD|RUB|кг|шт\.?)?")
_ADDRESS = re.compile(r"[^\s@]{1,64}@[^\s@.]+(?:\.[^\s@.]+)+|https?://\S+")
_VALUE = re.compile(
    r"[«»\"“”]|\b[A-ZА-ЯЁ]\.\s?[A-ZА-ЯЁ]\.|[!?]$|(?:\S+\s+){3}.*\.$|^(?:ООО|АО|ПАО|ЗАО|ИП)\b|\b(?:Ltd|LLC|Inc|GmbH)\b"
)
"""Quotation marks, initials, the end of a sentence, legal forms: these are in values."""
_NAMES = re.compile(
    r"(?:№|#|id|ид|no|код\w*|артикул\w*|наимен\w*|назван\w*|имя|фамили\w*|отчеств\w*|фио|ф\.и\.о\.|"
    r"долж\w+|отдел\w*|подразделен\w*|телефон\w*|тел|почт\w+|e-?mail|адрес\w*|город|регион|страна|"
    r"дата|день|время|срок\w*|период|год|месяц|квартал|цена|стоимость|сумма|итого|всего|"
    r"кол-?во|количеств\w+|остат\w+|единиц\w*|ед|валюта|курс\w*|скидк\w+|ставк\w+|доля|процент\w*|"
    r"показател\w*|параметр\w*|значени\w+|свойств\w+|статья|категори\w+|тип|вид|раздел|групп\w+|"
    r"статус|состояни\w+|описани\w+|комментари\w+|примечани\w+|коммент\w*|ответ\w*|вопрос\w*|"
    r"действи\w+|причин\w+|решени\w+|инструкци\w+|услуг\w+|сервис\w*|товар\w*|продукт\w*|"
    r"клиент\w*|заказчик\w*|исполнител\w*|поставщик\w*|покупател\w*|арендатор\w*|арендодател\w*|"
    r"владелец|автор|контакт\w*|сотрудник\w*|менеджер|руководител\w*|филиал\w*|"
    r"склад|узел|сервер|хост|порт|версия|модель|серийн\w*|размер|вес|объ[её]м|банк|бик|инн|кпп|"
    r"огрн|счет|сч[её]т|договор\w*|предмет|пеня|штраф|пени|гарантия|основание|план|факт|система|"
    r"name|full name|surname|title|code|key|value|item|sku|product|service|owner|author|manager|"
    r"phone|tel|mobile|fax|mail|address|city|region|country|date|day|time|deadline|due|period|"
    r"year|month|quarter|price|cost|amount|sum|total|qty|quantity|unit|currency|rate|discount|share|"
    r"metric|indicator|parameter|property|field|category|type|kind|section|group|status|state|"
    r"description|comment|comments|notes?|remarks?|answer|question|action|cause|reason|solution|"
    r"instruction|alert|severity|client|customer|supplier|vendor|contact|employee|department|"
    r"position|role|branch|warehouse|host|node|server|port|version|model|serial|size|weight|volume|"
    r"bank|iban|vat|contract|invoice|subject|penalty|warranty|plan|fact|actual|budget|system|"
    r"project|task|team|location|office|room|url|link|login|user)"
)
"""Words that usually name a column of a table, or a field of a form."""
_WORD = re.compile(r"[^\W_]+(?:[-.][^\W_]+)*\.?|[№#]")


def kind_of(cell: str) -> Kind:
    """The kind of a cell, by its beginning where it is long."""
    cell = cell[:KIND_LENGTH_MAX]
    if not cell:
        return Kind.EMPTY
    if _ADDRESS.fullmatch(cell):
        return Kind.ADDRESS
    if not _DIGIT.search(cell):
        return Kind.TEXT
    return Kind.NUMBER if _NUMBER.fullmatch(cell) else Kind.MIXED


def is_usual_name(cell: str) -> bool:
    """Whether the text is a usual name of a column, such as "Price, EUR" or "Срок оплаты"."""
    words = [word.lower().rstrip(".") for word in _WORD.findall(cell)]
    if not 0 < len(words) <= NAME_WORDS_MAX or is_value(cell):
        return False
    return _NAMES.fullmatch(words[0]) is not None or _NAMES.fullmatch(words[-1]) is not None


def is_value(cell: str) -> bool:
    """Whether a text has what the name of a column does not have."""
    return len(cell) > NAME_LENGTH_MAX or _VALUE.search(cell) is not None


def is_field(cell: str) -> bool:
    """Whether the text names a field of a form: it ends in a colon, or is a usual name."""
    return cell.endswith(":") or is_usual_name(cell)


def is_year(cell: str) -> bool:
    """Whether the cell is the number of a year."""
    return cell.isdecimal() and cell.isascii() and int(cell[:5]) in YEARS


def is_series(cells: list[str]) -> bool:
    """Whether the cells count in equal steps, as years or months at the top of columns do."""
    if not cells or not all(cell.isdecimal() and cell.isascii() for cell in cells):
        return False
    if all(map(is_year, cells)):
        return len(set(cells)) == len(cells)
    numbers = [int(cell[:18]) for cell in cells]
    steps = {b - a for a, b in pairwise(numbers)}
    return steps == {1} or (len(numbers) > SERIES_MIN and len(steps) == 1 and steps != {0})


def shape_of(cell: str) -> str:
    """The cell with its letters and digits masked: "A-17" and "B-4" are alike."""
    return _LETTERS.sub("a", _DIGITS.sub("9", cell[:KIND_LENGTH_MAX]))
