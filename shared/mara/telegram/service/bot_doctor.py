"""Examines a bot for its owner: what Telegram says of it, and what MARA knows of its work."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from mara.kernel.clock import Clock
from mara.kernel.page import PageRequest
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork
from mara.telegram.errors import BotChatNotFound
from mara.telegram.model.bot_chat import BotChat, ChatKind, ChatState
from mara.telegram.model.bot_config import BotConfig, BotLanguage, BotProfile
from mara.telegram.model.chat_examination import ChatExamination, ExaminedChat
from mara.telegram.model.doctor import BotFinding
from mara.telegram.model.doctor_facts import AccountState, BotFacts
from mara.telegram.model.examination import BotExamination
from mara.telegram.model.inspection import ChatView, Inspection, Problem, Trouble
from mara.telegram.ports import BotConfigs
from mara.telegram.ports.chats import BotChats
from mara.telegram.ports.inspecting import BotInspector, DoctorFacts
from mara.telegram.service.chat_memberships import OpenChat
from mara.vault.ports import SecretStore

CHATS_MAX: Final = 30
"""The chats that are examined, the newest first: all answers come within the time of a route."""
EXAMINED: Final = (ChatState.UNREACHABLE, ChatState.APPROVED)
"""Those that may be open again come first."""
PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The findings about a bot, and the language of its owner."""

    config_id: UUID
    findings: Sequence[BotFinding]
    language: BotLanguage
    at: datetime


@dataclass(frozen=True, slots=True)
class BotDoctor:
    """Examines the caller's bots."""

    configs: BotConfigs
    chats: BotChats
    facts: DoctorFacts
    tokens: SecretStore
    inspector: BotInspector
    account: Callable[[Principal, UUID], AccountState]
    """What the caller (first) has of an agent (second) and of its plan; opens transactions."""
    language: Callable[[UUID], BotLanguage]
    """The language of a user, in the caller's transaction."""
    webhook_url: Callable[[UUID], str]
    unit_of_work: UnitOfWork
    now: Clock
    opened: Sequence[OpenChat] = ()
    """Called with each chat that is open again."""

    def examine(self, caller: Principal, config_id: UUID) -> Diagnosis:
        """Examine the bot; what cannot be seen in time is ``unknown``.

        An unreachable chat that the bot may write to again is approved again. Raises
        BotConfigNotFound, KeysUnavailable and NoPublicUrl.
        """
        now = self.now()
        with self.unit_of_work(caller.user_id):
            config = self.configs.get(caller.user_id, config_id)
            chats = self._chats(config)
            facts = self.facts.read(config_id, now)
            language = self.language(caller.user_id)
        account = self.account(caller, config.settings.agent_id)
        seen = self._inspect(config, [chat.chat_id for chat in chats])
        self._reopen(chats, seen)
        bot = BotExamination(config, self.webhook_url(config_id), now)
        findings = [
            bot.of_profile(seen.profile),
            *bot.of_webhook(seen.webhook),
            *bot.of_work(facts),
            *bot.of_account(account),
            *_of_chats(config, chats, seen, facts=facts, now=now),
        ]
        return Diagnosis(config_id, findings, language, now)

    def _chats(self, config: BotConfig) -> list[ExaminedChat]:
        found = [
            ExaminedChat(chat.chat_id, chat)
            for state in EXAMINED
            for chat in self._groups(config, state)
        ]
        target = config.settings.target_chat_id
        examined = found[:CHATS_MAX]
        if target is not None and target not in {one.chat_id for one in examined}:
            examined.insert(0, ExaminedChat(target, self._known(config, target)))
        return examined[:CHATS_MAX]

    def _groups(self, config: BotConfig, state: ChatState) -> Iterator[BotChat]:
        """The groups and channels in this state, the newest first."""
        after = None
        while True:
            page = PageRequest(PAGE, after, filters={"state": state.value})
            listed = self.chats.list(config.owner_id, config.id, page)[:PAGE]
            yield from (chat for chat in listed if chat.kind is not ChatKind.PRIVATE)
            if len(listed) < PAGE:
                return
            after = listed[-1].id

    def _known(self, config: BotConfig, chat_id: int) -> BotChat | None:
        try:
            return self.chats.get(config.owner_id, config.id, chat_id)
        except BotChatNotFound:
            return None

    def _inspect(self, config: BotConfig, chat_ids: Sequence[int]) -> Inspection:
        with self.unit_of_work(config.owner_id):
            sealed = self.tokens.get(config.token_id)
        if sealed is None:
            # It was replaced meanwhile.
            problem = Problem(Trouble.NO_ANSWER)
            return Inspection(problem, problem, dict.fromkeys(chat_ids, problem))
        with self.tokens.open(sealed) as token:
            return self.inspector.inspect(token, chat_ids)

    def _reopen(self, chats: Sequence[ExaminedChat], seen: Inspection) -> None:
        for one in chats:
            view = seen.chats[one.chat_id]
            is_open = isinstance(view, ChatView) and view.may_write
            if is_open and one.known and one.known.state is ChatState.UNREACHABLE:
                self._approve(one.known)

    def _approve(self, known: BotChat) -> None:
        with self.unit_of_work(known.owner_id), suppress(BotChatNotFound):
            locked = self.chats.lock(known.owner_id, known.config_id, known.chat_id)
            if locked.state is ChatState.UNREACHABLE:
                self.chats.save(locked.now_in(ChatState.APPROVED, self.now()))
                for tell in self.opened:
                    tell(known.owner_id, known.config_id, known.chat_id)


def _of_chats(
    config: BotConfig,
    chats: Sequence[ExaminedChat],
    seen: Inspection,
    *,
    facts: BotFacts,
    now: datetime,
) -> Iterator[BotFinding]:
    shown = config.shown(seen.profile, now) if isinstance(seen.profile, BotProfile) else config
    examination = ChatExamination(config, shown.reads_all_since)
    for chat in chats:
        view = seen.chats[chat.chat_id]
        yield from examination.of(chat, view, facts.paused.get(chat.chat_id))
