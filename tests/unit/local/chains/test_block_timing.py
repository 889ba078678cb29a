"""How fast the local chains move."""

import pytest

from infra.local.chains.block_timing import BlockTiming, InvalidTiming, read_timing


class TestSlots:
    @pytest.mark.parametrize("name", ["arbitrum", "tron"])
    @pytest.mark.parametrize("period_s", [0.2, 1.0, 2.0, 5.0])
    def test_make_a_block_final_in_time(self, name: str, period_s: float) -> None:
        """The block of a transaction is mined at once; the next may be due a period later."""
        timing = BlockTiming(period_s)
        is_possible = timing.final_s[name] >= 3 * period_s
        final_s = (2 * timing.slots(name) + 1) * period_s
        assert final_s <= timing.final_s[name] or not is_possible

    def test_are_at_least_one(self) -> None:
        assert BlockTiming(60.0).slots("tron") == 1


class TestVariables:
    def test_have_defaults(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("MARA_BLOCK_S", "MARA_ARBITRUM_FINAL_S", "MARA_TRON_FINAL_S"):
            monkeypatch.delenv(name, raising=False)
        assert read_timing() == BlockTiming(2.0, {"arbitrum": 20.0, "tron": 10.0})

    def test_set_period_and_finality(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MARA_BLOCK_S", "0.5")
        monkeypatch.setenv("MARA_TRON_FINAL_S", "4")
        timing = read_timing()
        assert (timing.period_s, timing.final_s["tron"], timing.starts_paused) == (0.5, 4.0, False)

    def test_of_zero_start_paused_with_the_usual_period(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MARA_BLOCK_S", "0")
        timing = read_timing()
        assert (timing.period_s, timing.starts_paused) == (2.0, True)

    @pytest.mark.parametrize("text", ["soon", "-1", "nan", "inf", "4000"])
    @pytest.mark.parametrize("name", ["MARA_BLOCK_S", "MARA_TRON_FINAL_S"])
    def test_that_make_no_sense_are_named(
        self, monkeypatch: pytest.MonkeyPatch, name: str, text: str
    ) -> None:
        monkeypatch.setenv(name, text)
        with pytest.raises(InvalidTiming, match=name):
            read_timing()
