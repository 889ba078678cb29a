"""Long alerts are shortened to what is read of them."""

import time
from collections.abc import Callable

import pytest

from mara.search.model.alert_text import AlertText
from mara.search.model.long_alert import SHORT_MAX, shortened
from tests.support.webhooks import alertmanager, as_text, grafana, many

SENT = [*many("DiskFull"), ("PodDown", "resolved"), ("NodeDown", "firing"), ("Clock", "firing")]
LONG = 100_000
SECONDS_MAX = 3.0


def labels() -> str:
    return "\n".join(
        f"alertname={name} status={status} summary=The disk of node {n} is full"
        for n, (name, status) in enumerate(SENT)
    )


FORMS: dict[str, Callable[[], str]] = {
    "alertmanager": lambda: as_text(alertmanager(SENT, "Диск «/data» заполнен: 97 %")),
    "grafana": lambda: as_text(grafana(SENT)),
    "cut": lambda: as_text(alertmanager(SENT))[:-300],
    "labels": labels,
}


class TestShortened:
    @pytest.mark.parametrize("form", FORMS)
    def test_is_read_as_the_whole(self, form: str) -> None:
        whole = FORMS[form]()
        assert len(whole) > 2 * SHORT_MAX
        short = shortened(whole)
        assert len(short) <= SHORT_MAX
        assert AlertText.read(short) == AlertText.read(whole)
        assert AlertText.read(short).others == ["NodeDown", "Clock"]
        assert shortened(short) == short

    def test_keeps_the_words_around_the_json(self) -> None:
        body = as_text(alertmanager(SENT))
        short = shortened(f"Что делать?\n{body}\nСрочно {{!}}")
        assert AlertText.read(short).around == "Что делать?\nСрочно {!}"
        assert AlertText.read(short).name == "DiskFull"

    @pytest.mark.parametrize("character", ["x", '"', "\n", "\x1f", "Ж"])
    def test_cuts_annotations_that_do_not_fit(self, character: str) -> None:
        summary = "Full. " + character * 9000
        names = ["N" * 300, *(f"Other{n}" * 20 for n in range(50))]
        short = shortened(as_text(alertmanager([(name, "firing") for name in names], summary)))
        assert len(short) <= SHORT_MAX
        assert AlertText.read(short).text.startswith(f"{'N' * 200} Full.")

    def test_leaves_short_questions_as_they_are(self) -> None:
        for text in ("What to do?", as_text(alertmanager(SENT[:3])), " x  " * 900):
            assert shortened(text) == text

    def test_cuts_long_text_in_plain_words(self) -> None:
        assert shortened("Why? " * 2000) == ("Why? " * 2000)[:SHORT_MAX]

    @pytest.mark.parametrize(
        "piece",
        ['{"\\', '"\\"', '{"":', "[", " ", "\n", "- ", 'a="', "firing\n", '{"a":"\\', "> ", '""'],
    )
    def test_takes_time_that_grows_with_the_length_alone(self, piece: str) -> None:
        hostile = ("{" + piece * LONG)[:LONG]
        began = time.process_time()
        assert len(shortened(hostile)) <= SHORT_MAX
        assert len(shortened((piece * LONG)[:LONG])) <= SHORT_MAX
        assert time.process_time() - began < SECONDS_MAX
