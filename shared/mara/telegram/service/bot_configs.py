"""Connects bots, changes and disconnects them.

Calls of Telegram and of the key service are never inside a transaction. The row is stored before
setWebhook, so that an update that arrives at once finds it; where setWebhook fails the row is
deleted again, and a crash in between leaves a bot in the state ``connecting``.
"""

import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from mara.audit.model.deed import AuditAction, Deed
from mara.audit.ports import AuditLog
from mara.kernel.clock import Clock
from mara.kernel.errors import DomainError
from mara.kernel.ids import new_id
from mara.kernel.principal import Principal
from mara.kernel.secret import Secret
from mara.kernel.unit_of_work import UnitOfWork
from mara.telegram.errors import (
    BotAlreadyConnected,
    BotHasWebhook,
    InvalidBotToken,
    TokenOfOtherBot,
)
from mara.telegram.model.bot_config import (
    BotConfig,
    BotProfile,
    BotSettings,
    BotState,
    WebhookSecret,
    check_token,
    hash_of,
)
from mara.telegram.ports import BotApi, BotConfigs, BotLevel
from mara.vault.ports import SecretStore

SECRET_BYTES = 32
"""43 characters of base64url; Telegram allows 1 to 256 of ``A-Za-z0-9_-``."""


@dataclass(frozen=True, slots=True)
class BotConfigService:
    """Manages the caller's bots. ``webhook_url`` names the address of a config by its id.

    ``others`` forget what they keep of a bot (owner, config) before it is deleted, when the bot is
    locked with its chats and messages.
    """

    configs: BotConfigs
    tokens: SecretStore
    api: BotApi
    level: BotLevel
    check_agent: Callable[[UUID, UUID], None]
    """Raises AgentNotFound unless the owner (first) has the agent (second)."""
    webhook_url: Callable[[UUID], str]
    unit_of_work: UnitOfWork
    now: Clock
    audit: AuditLog
    others: Sequence[Callable[[UUID, UUID], None]] = ()

    def connect(
        self, caller: Principal, token: str, settings: BotSettings, *, take_over: bool = False
    ) -> BotConfig:
        """Connect a bot: its updates arrive from now on; those that wait are dropped.

        Raises AgentNotFound, InvalidBotToken, BotHasWebhook unless ``take_over``,
        BotAlreadyConnected, UsageLimitReached, WebhookRefused, NoPublicUrl, KeysUnavailable and
        TelegramUnavailable; then nothing is stored.
        """
        check_token(token)
        with self.unit_of_work(caller.user_id):
            self.check_agent(caller.user_id, settings.agent_id)
        secret = secrets.token_urlsafe(SECRET_BYTES)
        with Secret(bytearray(token.encode())) as plain:
            profile = self.api.get_me(plain)
            config = self._add(caller, plain, profile, settings=settings, secret=secret)
            try:
                self._check_webhook(config, plain, take_over=take_over)
                url = self.webhook_url(config.id)
                self.api.set_webhook(plain, url, secret, drop_pending_updates=True)
            except DomainError:
                self._forget(config)
                raise
        return self._save(config, state=BotState.ACTIVE)

    def update(
        self, caller: Principal, config_id: UUID, settings: BotSettings, token: str | None = None
    ) -> BotConfig:
        """Replace the settings, and the token if one is given: it must be of the same bot.

        A revoked token takes its webhook with it, so a new token sets the webhook again; updates
        that wait are kept. Raises BotConfigNotFound, AgentNotFound, InvalidBotToken,
        TokenOfOtherBot, NoPublicUrl and KeysUnavailable; then nothing is changed. After
        TelegramUnavailable or WebhookRefused the new token is stored, and the same request sets
        the webhook.
        """
        with self.unit_of_work(caller.user_id):
            config = self.configs.get(caller.user_id, config_id)
            self.check_agent(caller.user_id, settings.agent_id)
        if token is not None:
            config = self._replace_token(config, token)
        return self._save(config, settings=settings)

    def disconnect(self, caller: Principal, config_id: UUID) -> None:
        """Delete the webhook, then the token; the id answers 410 for 48 hours.

        A token that Telegram no longer knows has no webhook. Raises BotConfigNotFound,
        KeysUnavailable and TelegramUnavailable.
        """
        with self.unit_of_work(caller.user_id):
            config = self.configs.get(caller.user_id, config_id)
            sealed = self.tokens.get(config.token_id)
        if sealed is not None:
            # A revoked token took its webhook with it.
            with self.tokens.open(sealed) as plain, suppress(InvalidBotToken):
                self.api.delete_webhook(plain)
        self._forget(config)

    def _add(
        self,
        caller: Principal,
        plain: bytearray,
        profile: BotProfile,
        *,
        settings: BotSettings,
        secret: str,
    ) -> BotConfig:
        now = self.now()
        sealed = self.tokens.seal(caller.user_id, Secret(bytearray(plain)))
        config = BotConfig(
            id=new_id(),
            owner_id=caller.user_id,
            settings=settings,
            profile=profile,
            state=BotState.CONNECTING,
            token_id=sealed.id,
            webhook_secret=WebhookSecret(hash_of(secret)),
            created_at=now,
            updated_at=now,
            checked_at=now,
        ).shown(profile, now)
        with self.unit_of_work(caller.user_id):
            self.tokens.add(sealed)
            if not self.configs.add(config):
                raise BotAlreadyConnected("Disconnect it first where it is connected.")
            self.level.take(caller.user_id)
            self._record(AuditAction.BOT_CONNECTED, config)
        return config

    def _check_webhook(self, config: BotConfig, plain: bytearray, *, take_over: bool) -> None:
        present = self.api.get_webhook_url(plain)
        if present and present != self.webhook_url(config.id) and not take_over:
            raise BotHasWebhook("Send take_over: true to replace it.")

    def _replace_token(self, config: BotConfig, token: str) -> BotConfig:
        check_token(token)
        secret, url = secrets.token_urlsafe(SECRET_BYTES), self.webhook_url(config.id)
        with Secret(bytearray(token.encode())) as plain:
            profile = self.api.get_me(plain)
            if profile.telegram_id != config.profile.telegram_id:
                raise TokenOfOtherBot("Connect the other bot by itself.")
            sealed = self.tokens.seal(config.owner_id, Secret(bytearray(plain)))
            with self.unit_of_work(config.owner_id):
                locked = self.configs.lock(config.owner_id, config.id)
                now = self.now()
                changed = locked.shown(profile, now).changed(
                    now,
                    token_id=sealed.id,
                    webhook_secret=locked.webhook_secret.rotated(secret, now),
                )
                self.tokens.add(sealed)
                self.configs.save(changed)
                self.tokens.delete(locked.token_id)
            self.api.set_webhook(plain, url, secret, drop_pending_updates=False)
        return self._save(changed, state=BotState.ACTIVE)

    def _save(self, config: BotConfig, **changes: object) -> BotConfig:
        with self.unit_of_work(config.owner_id):
            locked = self.configs.lock(config.owner_id, config.id)
            changed = locked.changed(self.now(), **changes)
            self.configs.save(changed)
        return changed

    def _forget(self, config: BotConfig) -> None:
        with self.unit_of_work(config.owner_id):
            locked = self.configs.lock_whole(config.owner_id, config.id)
            for forget in self.others:
                forget(config.owner_id, config.id)
            self.configs.disconnect(locked, self.now())
            self.tokens.delete(locked.token_id)
            self.level.give(config.owner_id)
            self._record(AuditAction.BOT_DISCONNECTED, config)

    def _record(self, action: AuditAction, config: BotConfig) -> None:
        """The owner is the actor: it is their token, also where a failure takes it back."""
        detail = {"telegram_id": config.profile.telegram_id}
        self.audit.record(Deed(action, config.owner_id, config.owner_id, "bot", config.id, detail))
