"""Telegram: bots, updates, chats, outgoing messages."""
