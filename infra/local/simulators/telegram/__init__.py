"""Simulates Telegram for bots: its Bot API server, its chats, and the people in them."""
