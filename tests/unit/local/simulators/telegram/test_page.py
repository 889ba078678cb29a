"""The page of the simulator, in headless Chromium."""

from typing import Any

import httpx
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity

from infra.local.simulators.telegram import people
from tests.support.browser import new_page
from tests.support.telegram import Scene, say


def call(here: Scene, method: str, **body: Any) -> None:
    """Call a method beside Playwright, whose loop is the one of this thread."""
    address = f"{here.telegram.url}/bot{here.bot.token}/{method}"
    httpx.post(address, json=body, trust_env=False).raise_for_status()


class TestPage:
    def test_allows_nothing_but_its_own_script_and_style(self, here: Scene) -> None:
        answer = httpx.get(here.telegram.url, trust_env=False)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "unsafe" not in policy
        assert "http" not in answer.text

    def test_shows_chats_whose_buttons_work(self, here: Scene) -> None:
        button = InlineKeyboardButton(text="Helped", callback_data="+1")
        keyboard = InlineKeyboardMarkup(inline_keyboard=[[button]])
        say(here, "disk <b>full</b>?")
        bold = MessageEntity(type="bold", offset=3, length=9)
        sent = here.send("🙂 Disk full: prune", entities=[bold], reply_markup=keyboard)
        private = people.private_chat(here.telegram.world, here.bot, here.owner)
        people.say(here.telegram.world, private, here.owner, "/start")
        with new_page() as page:
            errors: list[str] = []
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(here.telegram.url)
            page.get_by_text("disk <b>full</b>?").wait_for()
            assert page.locator(".bold").inner_text() == "Disk full"
            page.select_option("#who", str(here.ann.id))
            page.get_by_role("button", name="Helped").click()
            page.wait_for_function("pressed !== null")
            query = here.telegram.world.queries[page.evaluate("pressed")]
            assert (query.presser, query.data) == (here.ann, "+1")
            call(here, "answerCallbackQuery", callback_query_id=query.id, text="Thank you")
            message = {"chat_id": here.group.id, "message_id": sent.message_id}
            call(here, "editMessageText", **message, text="helped by one")
            page.get_by_text("Thank you").wait_for()
            page.get_by_text("helped by one").wait_for()
            assert page.get_by_role("button", name="Helped").count() == 0
            page.get_by_role("button", name="Olga with runbook_bot").click()
            page.get_by_text("/start").wait_for()
            assert errors == []
