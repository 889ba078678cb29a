"""Password hashes and the rules for passwords."""

import base64
import hashlib
import statistics
import time
import unicodedata

import bcrypt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mara.auth.adapters.bcrypt import BcryptPasswords, _dummy_hash

PASSWORDS = BcryptPasswords(cost=4)

WEAK = [
    # Walks over the keyboard, in either layout.
    *("йцукенгшщз", "фывапролд", "ячсмитьбю", "ЙЦУКЕНГШ", "йцукен123", "1й2ц3у4к", "й1ц2у3к4"),
    *("йфяцычувс", "qwertyйцукен", "qazwsxйцу", "qwe123йцу", "1qaz2wsx"),
    # Words with figures, as written and as the other layout or Latin letters write them.
    *("привет12345", "ghbdtn12345", "privet12345", "приветghbdtn", "ghbdtnпривет"),
    *("пароль123", "Пароль2024", "gfhjkm123", "Gfhjkm2024!", "п@роль123", "администратор1"),
    *("любовь123456", "k.,jdm123456", "lyubov123456", "солнышко123", "красавица1"),
    # Names, clubs, places and companies with a year.
    *("спартак1922", "cgfhnfr1922", "spartak1922", "зенит1925", "динамо1923", "liverpool1892"),
    *("наташа1985", "Александр1990", "серёжа1990", "сережа1990", "катюша1941", "пушкин1837"),
    *("россия2024", "hjccbz2024", "сбербанк2023", "москва777", "Winter2025!", "победа1945"),
    # Dates, repetitions.
    *("27071985", "12.05.1990", "маринамарина", "аааааааааа"),
]

STRONG = [
    *("корова+сапог+луна", "конь-батарея-скрепка", "зелёныйчайникпоётночью"),
    *("бурый_ёж_копает_картошку", "тихо9Лампа!берег", "мшара-кювет-97-полог", "Ъщ7жэ№юхзй9"),
    *("ягодакосмосгвоздь84", "Дождь_стучит_по_крыше", "ежевика*снегопад*17", "кНц7рЖ2шЪ9"),
    *("pbvybq,fhfgjnjke'njv", "velvet-harbour-77-pine", "пятьчёрныхгусейлетятнаюг"),
]


class TestMatch:
    @settings(max_examples=30, deadline=None)
    @given(st.text(max_size=120).filter(lambda t: t.isprintable()))
    def test_matches_the_password_that_was_hashed_whatever_it_is_made_of(self, text: str) -> None:
        assert PASSWORDS.match(text, PASSWORDS.hash(text))

    def test_tells_long_passwords_apart_beyond_what_bcrypt_reads(self) -> None:
        known = PASSWORDS.hash("п" * 72 + "а")
        assert PASSWORDS.match("п" * 72 + "а", known)
        assert not PASSWORDS.match("п" * 72 + "б", known)

    def test_matches_nothing_for_an_unknown_account(self) -> None:
        assert not PASSWORDS.match("nobody", None)

    @pytest.mark.parametrize(
        ("typed", "elsewhere"),
        [
            ("Ёж-Йод-9!", unicodedata.normalize("NFD", "Ёж-Йод-9!")),
            ("crème brûlée", unicodedata.normalize("NFD", "crème brûlée")),
            ("конь батарея", "конь\u00a0батарея"),
            ("馬 電池 駅", "馬\u3000電池\u3000駅"),
        ],
    )
    def test_takes_the_same_letters_of_another_keyboard(self, typed: str, elsewhere: str) -> None:
        """RFC 8265, section 4.2."""
        assert PASSWORDS.match(elsewhere, PASSWORDS.hash(typed))
        assert PASSWORDS.match(typed, PASSWORDS.hash(elsewhere))

    @pytest.mark.parametrize("other", ["ёж-Йод-9!", "Еж-Йод-9!", "Ёж-Иод-9!", "Ёж -Йод-9!"])
    def test_keeps_case_and_letters_apart(self, other: str) -> None:
        assert not PASSWORDS.match(other, PASSWORDS.hash("Ёж-Йод-9!"))

    def test_still_matches_a_hash_of_the_code_points_that_were_sent(self) -> None:
        sent = unicodedata.normalize("NFD", "Ёж\u00a0Йод-9!")
        condensed = base64.b64encode(hashlib.sha256(sent.encode()).digest())
        known = bcrypt.hashpw(condensed, bcrypt.gensalt(4)).decode()
        assert PASSWORDS.match(sent, known)
        assert not PASSWORDS.match(sent + "!", known)

    def test_compares_an_unknown_account_with_a_hash_of_the_same_cost(self) -> None:
        """Invariant 3; the proof below measures it."""
        assert _dummy_hash(8).startswith(b"$2b$08$")
        assert PASSWORDS.hash("right").startswith("$2b$04$")

    @pytest.mark.proof
    def test_an_unknown_account_costs_what_a_wrong_password_costs(self) -> None:
        """Invariant 3: CPU time, not the clock's; the median of interleaved rounds."""
        passwords = BcryptPasswords(cost=8)
        known = passwords.hash("right")
        passwords.match("warm up", None)

        def cost(password_hash: str | None) -> float:
            began = time.process_time()
            passwords.match("wrong", password_hash)
            return time.process_time() - began

        ratios = [cost(None) / cost(known) for _ in range(25)]
        assert 0.8 < statistics.median(ratios) < 1.25


class TestWeakness:
    @pytest.mark.parametrize(
        "weak",
        ["short", "password", "qwertyuiop", "12345678", "iloveyou", "aaaaaaaaaaaa", "x" * 257],
    )
    def test_names_what_is_weak(self, weak: str) -> None:
        assert PASSWORDS.weakness_reason(weak, [])

    def test_counts_letters_and_not_code_points(self) -> None:
        decomposed = unicodedata.normalize("NFD", "йййёёёй")
        assert len(decomposed) == 14
        assert "Use 8 to 256" in str(PASSWORDS.weakness_reason(decomposed, []))

    def test_knows_the_users_own_name(self) -> None:
        assert PASSWORDS.weakness_reason("annapetrova", ["annapetrova@example.com", "Anna Petrova"])

    @pytest.mark.parametrize("weak", WEAK)
    def test_knows_what_both_languages_type_first(self, weak: str) -> None:
        assert PASSWORDS.weakness_reason(weak, [])

    def test_knows_the_users_own_words_in_every_spelling(self) -> None:
        about = ["petrova@example.com", "Анна Жеребцова", "ООО «Рыбникофф»"]
        for own in ("жеребцова1985", "zherebtsova1985", ";tht,wjdf1985", "Рыбникофф1", "petrova77"):
            assert PASSWORDS.weakness_reason(own, about), own

    def test_reads_the_longest_password_within_a_second(self) -> None:
        began = time.process_time()
        for text in ("1й2ц3у4к" * 32, "ghbdtn " * 36, "а1" * 128):
            PASSWORDS.weakness_reason(text, ["anna@example.com"])
        assert time.process_time() - began < 3

    @pytest.mark.parametrize(
        "strong", ["tram-lantern-42-orbit", "трамвай-фонарь-42", "Xk9#mQ2$vL7", *STRONG]
    )
    def test_lets_a_strong_one_pass(self, strong: str) -> None:
        assert PASSWORDS.weakness_reason(strong, ["anna@example.com"]) is None
