"""Who may ask, and what becomes of a chat that a bot is added to."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mara.kernel.ids import new_id
from mara.telegram.model.bot_chat import BotChat, ChatKind, ChatState
from mara.telegram.model.bot_config import BotAccess
from mara.telegram.model.bot_reply import BotReply, ReplyKind
from mara.telegram.model.chat_access import Asker, may_ask, state_after
from mara.telegram.model.incoming import IncomingChat, Membership
from mara.telegram.model.person import BotPerson, PersonKind
from mara.telegram.model.reply_limits import LIMITS, ReplyLimit, ReplyLimits
from tests.support.bot_messages import ANN, GROUP, PRIVATE, make_message
from tests.support.bots import NOON, settings_of

IDS = (new_id(), new_id())
INVITED, ANYONE = BotAccess.INVITED, BotAccess.ANYONE


def person(kind: PersonKind = PersonKind.INVITED) -> BotPerson:
    return BotPerson(*IDS, ANN.id, kind, "Ann", NOON)


def chat(state: ChatState) -> BotChat:
    return BotChat(*IDS, GROUP.id, "On call", ChatKind.SUPERGROUP, state, None, NOON)


class TestPrivateChats:
    def test_are_for_linked_accounts(self) -> None:
        for kind in PersonKind:
            assert may_ask(make_message(), Asker(person(kind), None, INVITED))
        assert not may_ask(make_message(), Asker(None, None, INVITED))

    def test_may_be_open_to_anyone(self) -> None:
        assert may_ask(make_message(), Asker(None, None, ANYONE))


class TestGroups:
    @pytest.mark.parametrize("state", ChatState)
    def test_are_open_once_approved(self, state: ChatState) -> None:
        asked = make_message(chat=GROUP)
        is_open = may_ask(asked, Asker(None, chat(state), ANYONE))
        assert is_open == (state is ChatState.APPROVED)

    def test_that_are_unknown_are_closed_to_the_owner_too(self) -> None:
        owner = person(PersonKind.OWNER)
        assert not may_ask(make_message(chat=GROUP), Asker(owner, None, ANYONE))


def membership(*, was: bool = False, now: bool = True, place: IncomingChat = GROUP) -> Membership:
    return Membership(place, ANN, was, now, NOON)


class TestMemberships:
    def test_of_a_bot_that_its_owner_adds_are_approved(self) -> None:
        for known in (None, *ChatState):
            assert state_after(membership(), known, by_owner=True) is ChatState.APPROVED

    def test_of_a_bot_that_someone_else_adds_wait(self) -> None:
        for known in (None, ChatState.PENDING, ChatState.UNREACHABLE):
            assert state_after(membership(), known, by_owner=False) is ChatState.PENDING

    def test_do_not_undo_a_refusal(self) -> None:
        refused = ChatState.REFUSED
        assert state_after(membership(), refused, by_owner=False) is refused
        assert state_after(membership(was=True, now=False), refused, by_owner=True) is refused

    def test_that_end_forget_the_chat(self) -> None:
        ended = membership(was=True, now=False)
        for known in (None, ChatState.PENDING, ChatState.APPROVED, ChatState.UNREACHABLE):
            assert state_after(ended, known, by_owner=False) is None

    def test_with_other_rights_open_an_unreachable_chat_again(self) -> None:
        changed = membership(was=True)
        unreachable, approved = ChatState.UNREACHABLE, ChatState.APPROVED
        assert state_after(changed, unreachable, by_owner=False) is approved
        assert state_after(changed, ChatState.PENDING, by_owner=True) is ChatState.PENDING

    def test_of_private_chats_follow_the_block(self) -> None:
        blocked, opened = membership(was=True, now=False, place=PRIVATE), membership(place=PRIVATE)
        approved, unreachable = ChatState.APPROVED, ChatState.UNREACHABLE
        assert state_after(blocked, approved, by_owner=True) is unreachable
        assert state_after(opened, unreachable, by_owner=False) is approved
        assert state_after(opened, None, by_owner=False) is None


class Book:
    """Counts what was said, one after another."""

    def __init__(self) -> None:
        self.replies: list[BotReply] = []
        self.limits = ReplyLimits(settings_of())

    def count(self, reply: BotReply, limit: ReplyLimit) -> int:
        return sum(
            other.kind is limit.kind
            and other.at > reply.at - limit.within
            and (not limit.per_sender or other.sender_id == reply.sender_id)
            and (limit.per_sender or other.chat_id == reply.chat_id)
            for other in self.replies
        )

    def ask(
        self, seconds: float, kind: ReplyKind, *, sender: int = 1, is_private: bool = True
    ) -> ReplyKind:
        at = NOON + timedelta(seconds=seconds)
        wanted = BotReply(*IDS, len(self.replies), kind, 5, sender, at)
        found = self.limits.admitted(wanted, self.count, is_private=is_private)
        self.replies.append(replace(wanted, kind=found))
        return found


Q, LIMITED, IGNORED = ReplyKind.QUESTION, ReplyKind.LIMITED, ReplyKind.IGNORED


class TestLimits:
    def test_of_a_person_are_ten_questions_a_minute(self) -> None:
        book = Book()
        assert [book.ask(second, Q) for second in range(13)] == [Q] * 10 + [LIMITED] + [IGNORED] * 2
        assert book.ask(3, Q, sender=2) is Q
        assert book.ask(60.5, Q) is Q

    def test_of_a_group_are_kept_in_silence(self) -> None:
        book = Book()
        found = [book.ask(second, Q, sender=second, is_private=False) for second in range(62)]
        assert found == [Q] * 60 + [IGNORED] * 2

    def test_of_other_bots_are_three_in_ten_minutes(self) -> None:
        book, kind = Book(), ReplyKind.BOT_QUESTION
        found = [book.ask(150 * number, kind, is_private=False) for number in range(5)]
        assert found == [kind] * 3 + [IGNORED, kind]

    def test_allow_one_polite_line_a_day(self) -> None:
        book, kind = Book(), ReplyKind.DECLINED
        day = 24 * 3600
        assert [book.ask(at, kind) for at in (0, 1, day - 1, day)] == [kind, IGNORED, IGNORED, kind]

    def test_exist_for_each_kind_that_is_said(self) -> None:
        assert {limit.kind for limit in LIMITS} == set(ReplyKind) - {IGNORED, Q}
