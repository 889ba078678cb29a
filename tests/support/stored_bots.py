"""A connected bot in PostgreSQL, whose token no Telegram knows."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from mara.kernel.secret import Secret
from mara.platform.database import transaction
from mara.telegram.adapters.bot_configs import PostgresBotConfigs
from mara.telegram.model.bot_config import BotConfig
from mara.wiring.connection_secrets import secret_store
from tests.support.bots import make_config


def add_bot(owner_id: UUID, telegram_id: int = 1, *, token: str = "", **settings: Any) -> BotConfig:
    """Store a bot of the owner with its token, and with these settings."""
    sealed = secret_store().seal(owner_id, Secret(bytearray((token or "token").encode())))
    config = make_config(owner_id, sealed.id, telegram_id)
    config = replace(config, settings=replace(config.settings, **settings))
    with transaction(owner_id):
        secret_store().add(sealed)
        assert PostgresBotConfigs().add(config)
    return config
