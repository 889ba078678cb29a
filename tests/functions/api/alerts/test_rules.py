"""The routes of monitoring rules, through the functions themselves."""

from typing import Any

import pytest

from functions.api.agents.delete_agent.handler import handler as delete_agent
from functions.api.alerts.change_rule.handler import handler as change_rule
from functions.api.alerts.create_rule.handler import handler as create_rule
from functions.api.alerts.delete_rule.handler import handler as delete_rule
from functions.api.alerts.get_rule.handler import handler as get_rule
from functions.api.alerts.list_rules.handler import handler as list_rules
from functions.api.alerts.replace_rule.handler import handler as replace_rule
from functions.api.alerts.test_rule.handler import handler as try_rule
from mara.alerts.model.rule import RULES_MAX
from tests.support.accounts import make_account
from tests.support.alert_chats import CHAT
from tests.support.alerting import API, make_agent
from tests.support.chat_rules import WatchedChat, count_rows, give_place, watched_chat
from tests.support.cloud import Cloud
from tests.support.events import Answer, call
from tests.support.stored_bots import add_bot

PATH = f"{API}/telegram/monitoring"


@pytest.fixture
def chat(database: str, cloud: Cloud) -> WatchedChat:
    return watched_chat()


def body_of(chat: WatchedChat, **parts: Any) -> dict[str, Any]:
    return {
        "name": "Disk full",
        "config_id": str(chat.bot.id),
        "chat_ids": [CHAT],
        "agent_id": chat.agent_id,
        "keywords": {"any_of": ["диск заполнен"]},
        **parts,
    }


def create(chat: WatchedChat, **parts: Any) -> Answer:
    return call(create_rule, "POST", PATH, headers=chat.owner.headers, body=body_of(chat, **parts))


def attempt(chat: WatchedChat, rule_id: str, body: dict[str, Any]) -> Answer:
    path = f"{PATH}/{rule_id}/test"
    return call(try_rule, "POST", path, headers=chat.owner.headers, body=body)


class TestARule:
    def test_is_created_shown_listed_replaced_and_deleted(self, chat: WatchedChat) -> None:
        headers = chat.owner.headers
        made = create(chat)
        assert made.status == 201
        path = f"{PATH}/{made.json['id']}"
        assert call(get_rule, "GET", path, headers=headers).json == made.json
        query = {"config_id": str(chat.bot.id), "text": "disk", "total": "true"}
        listed = call(list_rules, "GET", PATH, headers=headers, query=query).json
        assert (listed["items"], listed["total"]) == ([made.json], 1)
        body = body_of(chat, severity="critical", cooldown_minutes=5, keep_days=0)
        changed = call(replace_rule, "PUT", path, headers=headers, body=body).json
        assert (changed["severity"], changed["cooldown_minutes"]) == ("critical", 5)
        assert changed["created_at"] == made.json["created_at"]
        assert call(delete_rule, "DELETE", path, headers=headers).status == 204
        assert call(get_rule, "GET", path, headers=headers).status == 404

    def test_reads_all_kinds_and_senders_unless_it_names_some(self, chat: WatchedChat) -> None:
        made = create(chat).json
        assert made["kinds"] == ["text", "captions", "edits", "channel_posts", "topics"]
        assert made["senders"] == ["people", "bots", "channels"]
        assert (made["severity"], made["keep_days"], made["cooldown_minutes"]) == ("warning", 7, 30)

    def test_shows_how_its_expression_is_read_beside_letters_beyond_ascii(
        self, chat: WatchedChat
    ) -> None:
        made = create(chat, keywords=None, regex=r"\bсбой").json
        assert made["regex"] == r"\bсбой"
        assert made["regex_read_as"] == r"(?:\A|\z|[^\p{L}\p{N}_])сбой"
        assert create(chat, keywords=None, regex=r"\berror").json["regex_read_as"] is None

    def test_that_has_no_condition_is_refused(self, chat: WatchedChat) -> None:
        refused = create(chat, keywords=None)
        assert (refused.status, refused.json["code"]) == (422, "invalid_rule")

    def test_with_look_around_is_refused_in_the_words_of_re2(self, chat: WatchedChat) -> None:
        refused = create(chat, regex="(?=a)b")
        assert (refused.status, refused.json["code"]) == (422, "invalid_pattern")
        assert "invalid perl operator: (?=" in refused.json["detail"]
        assert refused.json["errors"][0]["pointer"] == "/regex"

    def test_with_a_keyword_that_is_no_word_is_refused(self, chat: WatchedChat) -> None:
        refused = create(chat, keywords={"any_of": ["the"]})
        assert (refused.status, refused.json["code"]) == (422, "invalid_keywords")

    def test_of_a_chat_without_the_bot_is_refused(self, chat: WatchedChat) -> None:
        refused = create(chat, chat_ids=[CHAT, -5])
        assert (refused.status, refused.json["code"]) == (422, "rule_chat_unknown")
        assert refused.json["errors"][0]["pointer"] == "/chat_ids"

    def test_may_keep_a_chat_that_the_bot_has_left_since_then(self, chat: WatchedChat) -> None:
        from mara.platform.database import connection, transaction

        made = create(chat).json
        with transaction(chat.owner.id):
            connection().execute("DELETE FROM bot_chats")
        body = body_of(chat, name="Other")
        headers, path = chat.owner.headers, f"{PATH}/{made['id']}"
        assert call(replace_rule, "PUT", path, headers=headers, body=body).status == 200

    @pytest.mark.parametrize("field", ["agent_id", "config_id"])
    def test_of_the_agent_or_bot_of_another_tenant_is_refused(
        self, chat: WatchedChat, field: str
    ) -> None:
        boris = make_account("boris")
        others = {"agent_id": make_agent(boris), "config_id": str(add_bot(boris.id, 2).id)}
        assert create(chat, **{field: others[field]}).status == 404
        assert count_rows("alert_rules") == 0

    def test_above_the_limit_is_refused(self, chat: WatchedChat) -> None:
        for _ in range(RULES_MAX):
            chat.add_rule()
        refused = create(chat)
        assert (refused.status, refused.json["code"]) == (409, "too_many_rules")


class TestADryRun:
    def test_on_a_text_says_why_it_fires(self, chat: WatchedChat) -> None:
        rule_id = create(chat, regex=r"9\d %").json["id"]
        tried = attempt(chat, rule_id, {"text": "Диски заполнены на 91 %"}).json
        assert tried["match"] == {
            "fires": True,
            "keywords": {
                "holds": True,
                "found": ["диск заполнен"],
                "missing": [],
                "forbidden": [],
            },
            "regex": {"holds": True, "found": "91 %", "read_as": None},
            "semantic": None,
        }
        assert (tried["looked_at"], tried["hits"]) == (0, [])

    def test_on_a_text_says_why_it_does_not_fire(self, chat: WatchedChat) -> None:
        semantic = {"examples": ["На сервере закончилось место на диске"], "threshold": 0.99}
        rule_id = create(chat, semantic=semantic).json["id"]
        match = attempt(chat, rule_id, {"text": "Обед"}).json["match"]
        assert (match["fires"], match["keywords"]["missing"]) == (False, ["диск заполнен"])
        assert match["semantic"]["holds"] is False

    def test_on_its_chats_shows_the_messages_that_it_fires_on(self, chat: WatchedChat) -> None:
        rule_id = create(chat).json["id"]
        chat.say("Диск заполнен", 1)
        chat.say("Обед", 2)
        tried = attempt(chat, rule_id, {}).json
        assert (tried["match"], tried["kept"], tried["looked_at"], tried["fired"]) == (
            None,
            2,
            2,
            1,
        )
        (hit,) = tried["hits"]
        assert (hit["chat_id"], hit["message_id"], hit["text"]) == (CHAT, 1, "Диск заполнен")
        assert (hit["kinds"], hit["sender"], hit["match"]["fires"]) == (["text"], "people", True)

    def test_of_the_rule_of_another_tenant_is_none(self, chat: WatchedChat) -> None:
        rule_id = create(chat).json["id"]
        boris = make_account("boris")
        path = f"{PATH}/{rule_id}/test"
        for body in ({}, {"text": "a"}):
            assert call(try_rule, "POST", path, headers=boris.headers, body=body).status == 404


class TestAChange:
    def change(self, chat: WatchedChat, rule_id: str, **changes: Any) -> Answer:
        headers = chat.owner.headers
        return call(change_rule, "PATCH", f"{PATH}/{rule_id}", headers=headers, body=changes)

    def test_changes_what_is_given_and_nothing_else(self, chat: WatchedChat) -> None:
        night = {"from": "22:00", "to": "07:00", "days": [0], "time_zone": "UTC", "except": []}
        made = create(chat, regex="9", quiet_hours=night, cooldown_minutes=5).json
        changes = {"severity": "critical", "keep_days": 1, "regex": None, "senders": ["bots"]}
        changed = self.change(chat, made["id"], **changes)
        assert changed.status == 200, changed.text
        assert changed.json == {**made, **changes, "updated_at": changed.json["updated_at"]}
        changed = self.change(chat, made["id"], quiet_hours=None, cooldown_minutes=7)
        assert (changed.json["quiet_hours"], changed.json["cooldown_minutes"]) == (None, 7)
        path, headers = f"{PATH}/{made['id']}", chat.owner.headers
        assert call(get_rule, "GET", path, headers=headers).json == changed.json

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"keywords": None}, "invalid_rule"),
            ({"keywords": {"any_of": ["the"]}}, "invalid_keywords"),
            ({"regex": "(?=a)b"}, "invalid_pattern"),
            ({"chat_ids": [CHAT, -5]}, "rule_chat_unknown"),
            ({"chat_ids": None}, "bad_request"),
            ({"kinds": []}, "bad_request"),
            ({"nmae": "a"}, "bad_request"),
        ],
    )
    def test_that_makes_no_sense_is_refused(
        self, chat: WatchedChat, changes: dict[str, Any], code: str
    ) -> None:
        made = create(chat).json
        refused = self.change(chat, made["id"], **changes)
        assert (refused.status, refused.json["code"]) == (422, code)
        path, headers = f"{PATH}/{made['id']}", chat.owner.headers
        assert call(get_rule, "GET", path, headers=headers).json == made

    def test_to_another_bot_forgets_what_the_first_one_saw(self, chat: WatchedChat) -> None:
        made = create(chat).json
        chat.say("Обед")
        assert count_rows("rule_texts") == 1
        other = add_bot(chat.owner.id, 2)
        refused = self.change(chat, made["id"], config_id=str(other.id))
        assert refused.json["code"] == "rule_chat_unknown"
        give_place(other, CHAT)
        assert self.change(chat, made["id"], config_id=str(other.id)).status == 200
        assert count_rows("rule_texts") == 0

    def test_is_possible_after_the_agent_was_deleted(self, chat: WatchedChat) -> None:
        made = create(chat).json
        path, headers = f"{API}/agents/{chat.agent_id}", chat.owner.headers
        assert call(delete_agent, "DELETE", path, headers=headers).status == 204
        assert self.change(chat, made["id"], name="Other").json["name"] == "Other"
        assert self.change(chat, made["id"], agent_id=chat.agent_id).status == 404
