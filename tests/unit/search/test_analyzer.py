"""What of a text the lexical leg sees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.search.model.analyzer import (
    FAMILY_PREFIX,
    STOP_WORDS,
    TERM_LENGTH_MAX,
    terms,
    translations,
    words,
)
from mara.search.model.glossary import entries


def family(word: str) -> set[str]:
    return {term for term in terms(word) if term.startswith(FAMILY_PREFIX)}


class TestTerms:
    @pytest.mark.parametrize(
        ("noun", "verb"),
        [
            ("перезапуск", "перезапустить"),
            ("перезапуска", "перезапускать"),
            ("удаление", "удалить"),
            ("остановка", "остановить"),
            ("настройка", "настроить"),
            ("загрузка", "загружать"),
            ("проверка", "проверить"),
            ("обновление", "обновить"),
            ("failure", "failing"),
            ("configuration", "configure"),
        ],
    )
    def test_join_the_noun_with_the_verb(self, noun: str, verb: str) -> None:
        """Invariant 11: Russian word forms match."""
        assert family(noun)
        assert family(noun) == family(verb)

    @pytest.mark.parametrize(
        ("one", "other"),
        [("сервер", "сервис"), ("диск", "дискуссия"), ("стол", "столица"), ("node", "note")],
    )
    def test_keep_strangers_apart(self, one: str, other: str) -> None:
        assert not set(terms(one)) & set(terms(other))

    def test_join_the_cases_of_a_noun(self) -> None:
        assert set(terms("серверов")) == set(terms("серверами"))

    def test_take_yo_for_ye(self) -> None:
        assert list(terms("счётчик")) == list(terms("счетчик"))

    @pytest.mark.parametrize(
        "identifier", ["NodeDiskFull", "node_disk_full", "node-disk-full", "node.disk.full"]
    )
    def test_split_an_identifier_and_keep_it_whole(self, identifier: str) -> None:
        found = set(terms(identifier))
        assert identifier.lower() in found
        assert {"node", "disk", "full"} <= found

    def test_drop_stop_words(self) -> None:
        assert list(terms("the и в of")) == []

    @given(st.text())
    def test_are_lower_case_and_bounded_whatever_the_text(self, text: str) -> None:
        for term in terms(text):
            assert term
            assert term not in STOP_WORDS or len(term) > 1
            assert len(term) <= TERM_LENGTH_MAX + len(FAMILY_PREFIX) + 8

    @given(st.lists(st.from_regex(r"[a-zа-я]{3,12}", fullmatch=True)))
    def test_of_joined_words_are_those_of_each(self, words: list[str]) -> None:
        together = list(terms(" ".join(words)))
        assert together == [term for word in words for term in terms(word)]


class TestTranslations:
    def test_join_a_russian_word_with_english_ones_and_back(self) -> None:
        (asked,) = words("перезапустили")
        assert "restart" in translations(asked.stem, asked.family)
        (said,) = words("restarting")
        assert f"~{asked.family}" in translations(said.stem, said.family)

    def test_are_none_for_a_word_outside_the_glossary(self) -> None:
        (word,) = words("самовар")
        assert translations(word.stem, word.family) == ()

    @pytest.mark.parametrize("entry", entries())
    def test_every_entry_is_one_word_that_means_something(self, entry: str) -> None:
        assert len(words(entry)) == 1
        assert entries()[entry]
