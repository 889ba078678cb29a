"""Password hashes and the rules for passwords."""

import statistics
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mara.auth.adapters.bcrypt import BcryptPasswords, _dummy_hash

PASSWORDS = BcryptPasswords(cost=4)


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

    def test_knows_the_users_own_name(self) -> None:
        assert PASSWORDS.weakness_reason("annapetrova", ["annapetrova@example.com", "Anna Petrova"])

    @pytest.mark.parametrize(
        "strong", ["tram-lantern-42-orbit", "трамвай-фонарь-42", "Xk9#mQ2$vL7"]
    )
    def test_lets_a_strong_one_pass(self, strong: str) -> None:
        assert PASSWORDS.weakness_reason(strong, ["anna@example.com"]) is None
