"""What of a sentence a source must contain to the letter, and what may be said in other words."""

import time

import pytest

from mara.kernel.figures import numbers_in
from mara.kernel.source_text import SourceText
from mara.kernel.specifics import missing_in

SOURCE = SourceText.of(
    "Disk full: run docker image prune -a, then enlarge the volume to 200 GiB within 15 minutes.",
    "Call Ivan Petrov at +7 (999) 123-45-67, see https://wiki.corp/run or (docs.corp).",
    "The budget is 5 000 000 USDT on 2024-05-01 10:30. Use kube-proxy v1.2.3. Limit 1.15 or 2015.",
    "Перезапустите kubelet через 10 минут. Дежурный — Иванов, Москва.",
    "«Журнал смены» лежит в /etc/app.",
)


class TestMissingIn:
    @pytest.mark.parametrize(
        "sentence",
        [
            "Prune the images with docker image prune -a.",
            "Make it 200GiB in 15 min.",
            "Call Ivan Petrov at +7 999 123 45 67.",
            "See https://wiki.corp/run.",
            "Read docs.corp, please",
            "The budget is 5,000,000 USDT, five million USDT, or 5 млн.",
            "It was on 2024-05-01",
            "kube-proxy is at 1.2.3",
            "Don't do it twice! E.g. wait, i.e. do nothing; and/or ask.",
            "Дежурному Иванову звоните в Москве через 10-15 минут.",
            "Перезапустите kubelet через десять минут.",
            "Смотрите «Журнал смены».",
            "Сделайте это.Затем ждите, т.е. отдыхайте",
            "One of you should wait",
        ],
    )
    def test_finds_nothing_in_what_is_supported(self, sentence: str) -> None:
        assert missing_in(SOURCE, sentence) == []

    @pytest.mark.parametrize(
        ("sentence", "missing"),
        [
            ("Pay to 0xabc123.", "0xabc123"),
            ("Call Bob at noon.", "Bob"),
            ("See https://wiki.corp/run?x=1.", "https://wiki.corp/run?x=1"),
            ("See https://wiki.corp/ru.", "https://wiki.corp/ru"),
            ("See wiki.corp.", "wiki.corp"),
            ("Limit is 20.", "20"),
            ("Limit is 1.1.", "1.1"),
            ("Wait five minutes.", "5"),
            ("Ждите пять минут.", "5"),
            ("It costs 15.000 USDT.", "15.000"),
            ("Go to evil dot com now", "evil dot com"),
            ("Go to evil[.]com now", "evil[.]com"),
            ("Go to e v i l . c o m", "e v i l . c o m"),
            ("Пишите на evil (собака) mail", "evil (собака) mail"),
            ("Use ｅｖｉｌ．ｃｏｍ", "evil.com"),
            ("Use kubеlet", "kubеlet"),  # with a Cyrillic letter
            ("Переведите на Foo", "Foo"),
            ("Restart the кубелет of every node", "кубелет"),
            ("Send it to ivan@wiki.corp", "ivan@wiki.corp"),
            ("Ask @evil_bot", "@evil_bot"),
            ("Set FOO_BAR first", "FOO_BAR"),
            ("Open /etc/passwd", "/etc/passwd"),
            ("Press «Удалить всё»", "Удалить все"),
            ("Call 8 800 555 35 35", "8 800 555 35 35"),
            ("Call +7 (999) 123-45-68", "+7 (999) 123-45-68"),
            ("Ждите Иваненко", "Иваненко"),
        ],
    )
    def test_finds_what_is_not(self, sentence: str, missing: str) -> None:
        assert missing in missing_in(SOURCE, sentence)

    def test_takes_the_case_of_an_address_seriously(self) -> None:
        source = SourceText.of("Pay to TXk9wQm3Yd7sLr2VbN8pHfJ6cZa4Ge1uXo, with IPv6.")
        assert missing_in(source, "pay to TXk9wQm3Yd7sLr2VbN8pHfJ6cZa4Ge1uXo") == []
        assert missing_in(source, "pay to txk9wqm3yd7slr2vbn8phfj6cza4ge1uxo")
        assert missing_in(source, "pay with ipv6") == []

    @pytest.mark.parametrize(
        "part", ["a ", "1 ", "a.", "1.", "a@", "-", "Aа", "(1", "one ", "1 000 ", "_"]
    )
    def test_takes_little_time_for_any_text(self, part: str) -> None:
        began = time.process_time()
        missing_in(SOURCE, part * (1_000 // len(part)))
        assert time.process_time() - began < 1


class TestNumbersIn:
    @pytest.mark.parametrize(
        ("text", "values"),
        [
            ("5,000 and 5 000 and 5.000,5", {"5000", "5000.5", "5.000,5"}),
            ("0.50 or 0,5", {"0.5"}),
            ("007", {"7"}),
            ("v1.2.3, 10:30, 10Gi", {"1.2.3", "10:30", "10"}),
            ("0x12ab34 a5 5f3c", set()),
            ("five thousand two hundred", {"5200"}),
            ("двадцать пять; сорок два", {"25", "42"}),
            ("семьсот пятьдесят тысяч", {"750000"}),
            ("2,5 млн", {"2.5", "2500000"}),
            ("one of them, один из них", set()),
            ("два, три", {"2", "3"}),
        ],
    )
    def test_reads_digits_and_words(self, text: str, values: set[str]) -> None:
        assert numbers_in(text) - {"0"} == values - {"0"}
