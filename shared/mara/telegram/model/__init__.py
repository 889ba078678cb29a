"""The words of Telegram, without its client."""
