"""Amounts on the wire and in the model."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from mara.kernel.money import (
    AMOUNT_MAX,
    HUGE_AMOUNT,
    InvalidAmount,
    UsdtIn,
    UsdtOut,
    format_usdt,
    parse_usdt,
)

WRONG = [
    *("", " ", "-1", "+1", "-0", "1e3", "1E3", "NaN", "nan", "Infinity", "-inf", "0x10", "1_000"),
    *("0.0000001", "12.3456789", ".5", "5.", "1,5", " 1", "1 ", "1\n", "007", "00.5", "1.2.3"),
    *("١", "1.٥", "9223372036854.775808", "9" * 13, "1" * 5000),
]


class Price(BaseModel):
    amount: UsdtIn


class Paid(BaseModel):
    amount: UsdtOut


class TestParsing:
    @pytest.mark.parametrize(
        ("text", "amount"),
        [
            ("0", 0),
            ("1", 1_000_000),
            ("12.5", 12_500_000),
            ("0.000001", 1),
            ("12.500000", 12_500_000),
            ("9223372036854.775807", AMOUNT_MAX),
        ],
    )
    def test_takes_up_to_six_places(self, text: str, amount: int) -> None:
        assert parse_usdt(text) == amount

    @pytest.mark.parametrize("text", WRONG)
    def test_refuses_all_else(self, text: str) -> None:
        with pytest.raises(InvalidAmount):
            parse_usdt(text)

    @given(st.text(max_size=20))
    def test_never_fails_otherwise(self, text: str) -> None:
        try:
            amount = parse_usdt(text)
        except InvalidAmount:
            return
        assert Decimal(amount) == Decimal(text) * 1_000_000

    @given(st.integers(0, AMOUNT_MAX))
    def test_reads_what_was_written(self, amount: int) -> None:
        assert parse_usdt(format_usdt(amount)) == amount


class TestWriting:
    @given(st.integers(-AMOUNT_MAX, AMOUNT_MAX))
    def test_has_six_places_and_loses_nothing(self, amount: int) -> None:
        text = format_usdt(amount)
        assert len(text.partition(".")[2]) == 6
        assert Decimal(text).scaleb(6) == amount


class TestLimits:
    def test_are_63_bits_and_a_billion_usdt(self) -> None:
        assert format_usdt(AMOUNT_MAX) == "9223372036854.775807"
        assert format_usdt(HUGE_AMOUNT) == "1000000000.000000"


class TestFieldOfARequest:
    def test_is_a_string_that_becomes_an_integer(self) -> None:
        assert Price.model_validate_json('{"amount": "12.5"}').amount == 12_500_000

    @pytest.mark.parametrize(
        "sent",
        [
            *("12.5", "12", "true", "null", "NaN", "1e3", "-1", "[]", "{}"),
            *('"1e3"', '"-1"', '"1.2345678"', '"NaN"', '"Infinity"', '""', '" 1"'),
        ],
    )
    def test_is_nothing_else(self, sent: str) -> None:
        with pytest.raises(ValidationError):
            Price.model_validate_json(f'{{"amount": {sent}}}')

    @pytest.mark.parametrize(("sent", "said"), [('"1e3"', "decimal"), ("12", "string")])
    def test_says_what_an_amount_is(self, sent: str, said: str) -> None:
        with pytest.raises(ValidationError, match=said):
            Price.model_validate_json(f'{{"amount": {sent}}}')

    def test_has_a_schema_that_matches_what_is_taken(self) -> None:
        schema = Price.model_json_schema()["properties"]["amount"]
        assert schema["type"] == "string"
        assert schema["examples"]
        for example in schema["examples"]:
            assert parse_usdt(example) > 0
        assert re.fullmatch(schema["pattern"], "12.500000")
        found = [text for text in WRONG if re.fullmatch(schema["pattern"], text)]
        assert found == ["9223372036854.775808", "9" * 13]  # a pattern cannot express the maximum


class TestFieldOfAnAnswer:
    def test_has_a_schema_that_matches_what_is_written(self) -> None:
        schema = Paid.model_json_schema()["properties"]["amount"]
        assert schema["type"] == "string"
        for amount in (0, 1, -1, AMOUNT_MAX, -AMOUNT_MAX):
            assert re.fullmatch(schema["pattern"], format_usdt(amount))
        assert not re.fullmatch(schema["pattern"], "12.5")
