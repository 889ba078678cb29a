"""`mara telegram` acts as a person of the simulated Telegram, and shows its chats."""

from collections.abc import Iterator

import pytest
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from infra.local import cli_arguments
from infra.local.commands import telegram
from infra.local.settings import Ports, ports
from infra.local.simulators.telegram.server import simulated_telegram
from infra.local.telegram_client import TelegramRefused
from tests.support.ports import free_ports
from tests.support.telegram import Scene, scene


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    first = free_ports(len(Ports.__dataclass_fields__))
    monkeypatch.setenv("MARA_PORT_BASE", str(first))
    with simulated_telegram(ports().telegram) as simulated:
        yield scene(simulated)


def run(*arguments: str) -> int:
    import argparse

    parser = argparse.ArgumentParser()
    cli_arguments.arguments_of("telegram")(parser)
    return telegram.run(parser.parse_args(arguments))


class TestSay:
    def test_writes_as_the_person_that_is_named(
        self, here: Scene, capsys: pytest.CaptureFixture[str]
    ) -> None:
        run("say", "On call", "disk?", "--as", "Ann")
        run("show", "On call")
        assert "Ann at" in capsys.readouterr().out.rsplit("#", 1)[1]
        assert here.texts() == []  # privacy mode: the bot sees no message of the group

    def test_replies_to_a_message(self, here: Scene, capsys: pytest.CaptureFixture[str]) -> None:
        sent = here.send("section")
        run("say", "On call", "more?", "--message", str(sent.message_id))
        run("show", "On call")
        assert f"replies to #{sent.message_id}" in capsys.readouterr().out

    def test_names_the_chats_where_one_is_unknown(self, here: Scene) -> None:
        with pytest.raises(TelegramRefused, match="There are: On call"):
            run("say", "Ops", "disk?")
        assert here.texts() == []

    def test_refuses_bytes_that_are_no_utf_8(self, here: Scene) -> None:
        """The shell hands them over as lone surrogates."""
        with pytest.raises(TelegramRefused, match="TEXT is no text in UTF-8"):
            run("say", "On call", "disk \udcff")
        with pytest.raises(TelegramRefused, match="CHAT is no text in UTF-8"):
            run("say", "On \udcff", "disk")
        assert here.texts() == []

    @pytest.mark.usefixtures("here")
    def test_needs_a_text(self) -> None:
        with pytest.raises(TelegramRefused, match="say needs the argument TEXT"):
            run("say", "On call")


class TestPress:
    def test_presses_the_newest_button_with_the_label(self, here: Scene) -> None:
        button = InlineKeyboardButton(text="👍 Helped", callback_data="+1")
        here.send("old", reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]]))
        newest = here.send("new", reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]]))
        run("press", "On call", "Helped", "--as", "Ann")
        (query,) = here.telegram.world.queries.values()
        assert (query.presser, query.data) == (here.ann, "+1")
        assert query.message.id == newest.message_id

    @pytest.mark.usefixtures("here")
    def test_says_that_no_message_has_the_button(self) -> None:
        with pytest.raises(TelegramRefused, match="has a button 'Helped'"):
            run("press", "On call", "Helped")


class TestShow:
    @pytest.mark.usefixtures("here")
    def test_lists_the_chats(self, capsys: pytest.CaptureFixture[str]) -> None:
        run("show")
        assert capsys.readouterr().out == "On call\n"


def test_says_how_to_start_a_simulator_that_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    first = free_ports(len(Ports.__dataclass_fields__))
    monkeypatch.setenv("MARA_PORT_BASE", str(first))
    with pytest.raises(TelegramRefused, match="make up"):
        run("show")


class TestControlCharacters:
    def test_are_shown_and_do_nothing_in_the_terminal(
        self, here: Scene, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Telegram makes spaces of those below U+0020 in texts, but not in names and titles."""
        here.send("red \x9b31m\u00a0and 👩\u200d🚒 тест")
        run("show", "On call")
        shown = capsys.readouterr().out
        assert "red \\x9b31m\u00a0and 👩\u200d🚒 тест" in shown
        assert telegram.visible("Ops\x1b[2J\n\tteam\x07") == "Ops\\x1b[2J\n\tteam\\x07"
