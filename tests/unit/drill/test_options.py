"""The drill's options: what may not go together is refused before anything is made."""

import pytest

from infra.drill.options import parse


def refused(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """Why the options of a drill of ``prod`` are refused."""
    with pytest.raises(SystemExit) as ended:
        parse(None, ["--stage", "prod", *options])
    assert ended.value.code == 2
    return capsys.readouterr().err


class TestBringBack:
    @pytest.mark.parametrize("others", [(), ("--keep",), ("--point", "b", "--into-another-stage")])
    def test_needs_the_stage_to_be_pointed_at_the_restored_rows(
        self, others: tuple[str, ...], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert "needs --point prod" in refused(capsys, "--bring-back", *others)

    def test_goes_with_the_same_stage(self) -> None:
        assert parse(None, ["--stage", "prod", "--point", "prod", "--bring-back"]).bring_back


class TestPoint:
    def test_needs_a_flag_of_its_own_for_another_stage(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert "schedules and bots" in refused(capsys, "--point", "test")
        options = ["--stage", "prod", "--point", "test", "--into-another-stage"]
        assert parse(None, options).point == "test"


class TestMoment:
    def test_without_an_offset_is_refused(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert "no offset from UTC" in refused(capsys, "--at", "2026-11-28T12:00:00")

    def test_is_one_of_utc(self) -> None:
        options = parse(None, ["--stage", "prod", "--at", "2026-11-28T12:00:00+02:00"])
        assert options.at.isoformat() == "2026-11-28T10:00:00+00:00"
