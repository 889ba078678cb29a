"""Notices of a user: written once per event, listed, marked as read, and chosen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from mara.kernel.clock import Clock
from mara.kernel.count_lock import CountLock
from mara.kernel.ids import new_id
from mara.kernel.messages import Publish
from mara.kernel.page import Page, PageRequest
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork
from mara.notifications.errors import NoticeNotFound
from mara.notifications.messages import NoticeDue, NotifyOwner
from mara.notifications.model.notices import (
    NOTICE_FORMS,
    QUIET_FOR,
    Channel,
    Notice,
    NoticeKind,
    NoticePreferences,
    TelegramState,
    kind_of,
)
from mara.notifications.ports import Notices
from mara.users.errors import UserNotFound
from mara.users.ports import Users


@dataclass(frozen=True, slots=True)
class NoticeService:
    """Writes notices of events, and shows the caller those of its account."""

    notices: Notices
    users: Users
    publish: Publish
    lock_count: CountLock
    find_telegram: Callable[[UUID], TelegramState]
    """Whether notices reach the Telegram of a user, in the caller's transaction."""
    unit_of_work: UnitOfWork
    now: Clock

    def write(self, message: NotifyOwner) -> bool:
        """Write the notice of an event; False where there is none to write, or it is there.

        An event of a user who is gone or deactivated is ignored, and one of a crowd whose first was
        told.
        """
        kind = kind_of(message.event, message.data)
        if kind is None:
            return False
        form = NOTICE_FORMS[message.event]
        with self.unit_of_work(message.owner_id):
            wants = self.notices.preferences(message.owner_id).wants
            by_telegram = wants(kind, Channel.TELEGRAM)
            notice = Notice(
                id=new_id(),
                owner_id=message.owner_id,
                kind=kind,
                event_id=message.event_id,
                data={name: message.data[name] for name in form.fields},
                in_api=wants(kind, Channel.API),
                created_at=self.now(),
            )
            if not (notice.in_api or by_telegram) or not self._is_known(message.owner_id):
                return False
            if self._is_repeated(notice, form.once_of) or not self.notices.add(notice):
                return False
            if by_telegram:
                self.publish(NoticeDue(notice_id=notice.id, owner_id=notice.owner_id))
        return True

    def list(self, caller: Principal, page: PageRequest) -> tuple[Page[Notice], str]:
        """Return a page of the caller's notices, and the caller's language.

        Raises InvalidCursor.
        """
        with self.unit_of_work(caller.user_id):
            found = self.notices.list(caller.user_id, page)
            total = self.notices.count(caller.user_id, page) if page.total else None
            language = self._language(caller)
        return Page.of(found, page, lambda notice: notice.id, total=total), language

    def mark_read(self, caller: Principal, notice_id: UUID) -> tuple[Notice, str]:
        """Mark a notice as read; return it, with the caller's language. Raises NoticeNotFound."""
        with self.unit_of_work(caller.user_id):
            notice = self.notices.mark_read(notice_id, self.now())
            if notice.owner_id != caller.user_id:
                raise NoticeNotFound("Check the id.")
            return notice, self._language(caller)

    def mark_all_read(self, caller: Principal) -> int:
        """Mark all notices of the caller as read; return how many were not yet."""
        with self.unit_of_work(caller.user_id):
            return self.notices.mark_all_read(caller.user_id, self.now())

    def preferences(self, caller: Principal) -> NoticePreferences:
        """Return which notices the caller wants by which channels."""
        with self.unit_of_work(caller.user_id):
            return self.notices.preferences(caller.user_id)

    def telegram_state(self, caller: Principal) -> TelegramState:
        """Return whether notices reach the caller's Telegram."""
        with self.unit_of_work(caller.user_id):
            return self.find_telegram(caller.user_id)

    def choose(
        self, caller: Principal, choices: Sequence[tuple[NoticeKind, Channel, bool]]
    ) -> NoticePreferences:
        """Change which notices the caller wants by which channels; others stay as they are.

        Raises NoticeRequired.
        """
        with self.unit_of_work(caller.user_id):
            # Two changes at once would each replace what the other has stored.
            self.lock_count(caller.user_id, "notice_refusals")
            changed = self.notices.preferences(caller.user_id).changed(choices)
            self.notices.save_preferences(caller.user_id, changed)
        return changed

    def _is_repeated(self, notice: Notice, fields: Sequence[str]) -> bool:
        if not fields:
            return False
        # Events of a crowd arrive at once.
        self.lock_count(notice.owner_id, "notices")
        return self.notices.was_told(notice, fields, notice.created_at - QUIET_FOR)

    def _language(self, caller: Principal) -> str:
        return self.users.get(caller.user_id).profile.locale.value

    def _is_known(self, owner_id: UUID) -> bool:
        try:
            return self.users.get(owner_id).active
        except UserNotFound:
            return False
