"""Telegram's tables, and the Bot API by aiogram."""
