"""Facts with numbers and codes of every kind, and questions about them and about neighbours.

Each fact is in a document of its kind: prose under headings in Markdown, or a table in CSV.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """A question with a gap for a code: the code that a document has, and one that none has."""

    question: str
    present: str
    absent: str
    answer: str


FILES = {
    "счета.md": """# Расчёты с поставщиками

## Счета

Счёт СЧ-2024-118 выставлен компанией «Вектор», оплата до 14 июня.
Счёт СЧ-2024-131 выставлен компанией «Прогресс», оплата до 2 июля.

Акт № 77 подписан без замечаний. Акт № 79 отправлен на доработку из-за ошибки в дате.

## Платежи

Платёж на 125 000 рублей прошёл за аренду офиса.
Платёж на 84 300 рублей прошёл за ремонт кровли.

## События

12 марта 2024 года открыт филиал в Казани. 19 марта 2024 года закрыт склад в Туле.
05.11.2023 прошла проверка пожарной инспекции.

## Программы

В версии 3.2.1 исправлена печать накладных. В версии 3.4.0 добавлен экспорт в Excel.
""",
    "договор.md": """# Договор аренды

## Статья 4. Срок

Договор действует одиннадцать месяцев.

## Статья 5. Оплата

5.1. Арендатор платит до пятого числа каждого месяца.

5.2. За просрочку начисляется пеня 0,1 % в день.

## Статья 9. Споры

9.1. Споры рассматривает арбитражный суд Москвы.

## Адреса

По адресу ул. Мира, дом 14 находится архив. По адресу ул. Мира, дом 18 находится столовая.
Сервер печати имеет адрес 10.20.0.15, сервер почты имеет адрес 10.20.0.18.
Заявки на пропуск принимает pass@sever.example, заявки на ремонт принимает fix@sever.example.
""",
    "operations.md": """# Operations handbook

## Invoices

Invoice INV-2024-0117 of Northwind is paid. Invoice INV-2024-0131 of Contoso is overdue.

Ticket OPS-4512 is about the broken lift. Ticket OPS-4533 is about the flooded cellar.

## Payments

The payment of $18,400 covered the new generator. The payment of $7,250 covered the roof repair.

## Calendar

The audit took place on 9 May 2024. The fire drill took place on 21 May 2024.
On 2023-10-04 the data centre was moved to Dublin.

## Releases

Release 5.1.2 fixes the memory leak of the parser. Release 5.3.0 adds dark mode.

## Policy

Article 12 forbids smoking in the building. Article 15 allows dogs on Fridays.

Section 7.3 describes the return of keys. Section 8.1 describes the parking of bicycles.

## Addresses

The gateway listens on 192.168.4.20. The printer listens on 192.168.4.31.
Port 8443 serves the console. Port 9090 serves the metrics.
Complaints go to care@acme.example, and invoices go to pay@acme.example.
""",
    "каталог.csv": "Артикул;Товар;Цена, руб;Поставка;Прошивка;Адрес\n"
    "КБ-1017;Кабель медный;3 051;17.02.2024;2.10.1;10.5.0.11\n"
    "КБ-1021;Кабель гибкий;4 780;23.02.2024;2.10.4;10.5.0.12\n"
    "РЗ-2044;Розетка двойная;615;04.03.2024;1.8.0;10.5.0.21\n"
    "РЗ-2051;Розетка уличная;1 290;11.03.2024;1.9.3;10.5.0.22\n"
    "ЩТ-3308;Щиток навесной;8 450;29.03.2024;4.0.2;10.5.0.33\n",
    "machines.csv": "Serial,Machine,Price,Installed,Firmware,Address,Clause\n"
    "SN-70012,Lathe,41500,2022-06-14,6.2.1,172.16.0.5,4.1\n"
    "SN-70019,Drill,12800,2022-08-30,6.2.7,172.16.0.6,4.2\n"
    "SN-70044,Saw,9350,2023-01-17,7.0.3,172.16.0.9,4.5\n"
    "SN-70051,Press,58200,2023-04-03,7.1.0,172.16.0.14,4.7\n",
}

_SERIAL = "Which machine has the serial number {}?"
_MACHINE_AT = "Which machine has the address {}?"
_FIRMWARE = "Which machine runs firmware {}?"

FACTS = (
    # ids
    Fact("Кто выставил счёт {}?", "СЧ-2024-118", "СЧ-2024-119", "Вектор"),
    Fact("До какого числа оплатить счёт {}?", "СЧ-2024-131", "СЧ-2024-113", "2 июля"),
    Fact("Что с актом № {}?", "77", "78", "без замечаний"),
    Fact("Почему акт № {} отправлен на доработку?", "79", "97", "ошибки в дате"),
    Fact("Is invoice {} paid?", "INV-2024-0117", "INV-2024-0118", "Northwind is paid"),
    Fact("What is the state of invoice {}?", "INV-2024-0131", "INV-2023-0131", "overdue"),
    Fact("What is ticket {} about?", "OPS-4512", "OPS-4521", "broken lift"),
    Fact("What is the subject of {}?", "OPS-4533", "OPS-4553", "flooded cellar"),
    Fact("Сколько стоит артикул {}?", "КБ-1017", "КБ-1117", "3 051"),
    Fact("Какой товар имеет артикул {}?", "РЗ-2044", "РЗ-2045", "Розетка двойная"),
    Fact("Цена товара {}", "ЩТ-3308", "ЩТ-3380", "8 450"),
    Fact("Когда поставка {}?", "РЗ-2051", "РЗ-2015", "11.03.2024"),
    Fact(_SERIAL, "SN-70012", "SN-70021", "Lathe"),
    Fact(_SERIAL, "SN-70044", "SN-70045", "Saw"),
    Fact("What is the price of {}?", "SN-70051", "SN-70151", "58200"),
    # dates
    Fact("Что произошло {} года?", "12 марта 2024", "13 марта 2024", "Казани"),
    Fact("Что закрыли {}?", "19.03.2024", "20.03.2024", "Туле"),
    Fact("Что было {} года?", "5 ноября 2023", "5 ноября 2022", "инспекции"),
    Fact("What took place on {}?", "9 May 2024", "10 May 2024", "audit"),
    Fact("Was there a fire drill on {}?", "May 21, 2024", "May 22, 2024", "fire drill"),
    Fact("Where was the data centre moved on {}?", "4 October 2023", "4 October 2022", "Dublin"),
    Fact("Какой товар поставлен {}?", "17.02.2024", "18.02.2024", "Кабель медный"),
    Fact("Что поставили {} года?", "29 марта 2024", "30 марта 2024", "Щиток"),
    Fact("Which machine was installed on {}?", "2022-06-14", "2022-06-15", "Lathe"),
    Fact("What was installed on {}?", "30 August 2022", "31 August 2022", "Drill"),
    # amounts
    Fact("За что прошёл платёж на {} рублей?", "125 000", "125 500", "аренду"),
    Fact("За что заплатили {} руб?", "84300", "83400", "ремонт кровли"),
    Fact("What did the payment of {} cover?", "$18,400", "$18,600", "generator"),
    Fact("What was {} paid for?", "7,250 dollars", "7,520 dollars", "roof"),
    Fact("Какой товар стоит {} рублей?", "1290", "1390", "уличная"),
    Fact("Что стоит {} руб?", "4780", "4870", "гибкий"),
    Fact("Which machine costs {}?", "41,500", "45,100", "Lathe"),
    Fact("What costs {} euros?", "9350", "9530", "Saw"),
    # versions
    Fact("Что исправлено в версии {}?", "3.2.1", "3.2.2", "печать накладных"),
    Fact("Что добавили в версии {}?", "3.4.0", "3.5.0", "экспорт"),
    Fact("What does release {} fix?", "5.1.2", "5.1.3", "memory leak"),
    Fact("What is new in version {}?", "5.3.0", "5.3.1", "dark mode"),
    Fact("У какого товара прошивка {}?", "2.10.1", "2.10.2", "медный"),
    Fact("Какой товар с прошивкой {}?", "1.9.3", "1.9.4", "уличная"),
    Fact(_FIRMWARE, "6.2.7", "6.2.8", "Drill"),
    Fact(_FIRMWARE, "7.0.3", "7.0.4", "Saw"),
    # addresses
    Fact("Что находится на ул. Мира, дом {}?", "14", "16", "архив"),
    Fact("Что находится по адресу ул. Мира, дом {}?", "18", "81", "столовая"),
    Fact("Какой сервер имеет адрес {}?", "10.20.0.15", "10.20.0.16", "печати"),
    Fact("Что за сервер {}?", "10.20.0.18", "10.20.1.18", "почты"),
    Fact("Какие заявки принимает {}?", "pass@sever.example", "post@sever.example", "пропуск"),
    Fact("What listens on {}?", "192.168.4.20", "192.168.4.21", "gateway"),
    Fact("Which device has the address {}?", "192.168.4.31", "192.168.5.31", "printer"),
    Fact("What does port {} serve?", "8443", "8444", "console"),
    Fact("What goes to {}?", "care@acme.example", "cars@acme.example", "Complaints"),
    Fact("У какого товара адрес {}?", "10.5.0.21", "10.5.0.23", "Розетка двойная"),
    Fact(_MACHINE_AT, "172.16.0.9", "172.16.0.8", "Saw"),
    Fact(_MACHINE_AT, "172.16.0.14", "172.16.0.4", "Press"),
    # articles
    Fact("О чём статья {}?", "9", "8", "арбитражный суд"),
    Fact("Что сказано в пункте {} договора?", "5.2", "5.3", "пеня"),
    Fact("Что говорит п. {}?", "5.1", "5.4", "до пятого числа"),
    Fact("What does article {} forbid?", "12", "13", "smoking"),
    Fact("What does section {} describe?", "7.3", "7.4", "return of keys"),
    Fact("What is in section {}?", "8.1", "8.2", "bicycles"),
    Fact("Which machine has clause {}?", "4.5", "4.6", "Saw"),
)
