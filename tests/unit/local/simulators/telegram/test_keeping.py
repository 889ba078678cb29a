"""The chats of the simulated Telegram outlive its process."""

import stat
from pathlib import Path

import httpx
from aiogram.methods import SetWebhook

from infra.local.simulators.serving import served
from infra.local.simulators.telegram import people
from infra.local.simulators.telegram.keeping import load, save
from infra.local.simulators.telegram.server import SimulatedTelegram
from tests.support.ports import free_port
from tests.support.telegram import Scene, say


def test_bots_chats_and_waiting_updates_are_there_again(here: Scene, tmp_path: Path) -> None:
    path = tmp_path / "telegram.state"
    here.ask(SetWebhook(url="http://127.0.0.1:9/hook", secret_token="s"))
    say(here, "disk?")
    private = people.private_chat(here.telegram.world, here.bot, here.ann)
    people.say(here.telegram.world, private, here.ann, people.Words("/start"))
    save(here.telegram.world, path)
    again = load(path)
    bot = again.bots[here.bot.id]
    assert bot.token == here.bot.token
    assert bot.webhook is not None
    assert bot.webhook.settings.url == "http://127.0.0.1:9/hook"
    assert [one.text for one in again.chats[here.group.id].messages.values()][-1] == "disk?"
    assert [one.in_flight for one in bot.queue.waiting] == [False]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_loaded_world_can_be_changed_and_saved(here: Scene, tmp_path: Path) -> None:
    path = tmp_path / "telegram.state"
    save(here.telegram.world, path)
    again = load(path)
    people.say(again, again.chats[here.group.id], again.users[here.ann.id], people.Words("more"))
    save(again, path)
    assert "more" in [one.text for one in load(path).chats[here.group.id].messages.values()]


def test_without_a_file_or_with_one_of_another_version_it_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "telegram.state"
    assert load(path).bots == {}
    path.write_bytes(b"cinfra.local.gone\nWorld\n.")
    assert load(path).bots == {}
    path.write_bytes(b"\x80\x05")
    assert load(path).bots == {}


def test_the_server_saves_when_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "telegram.state"
    simulated = SimulatedTelegram(load(path), state=path)
    with served(simulated.app(), free_port()) as url:
        made = {"first_name": "Olga"}
        httpx.post(f"{url}/control/users", json=made, trust_env=False).raise_for_status()
    assert [user.first_name for user in load(path).users.values()] == ["Olga"]
