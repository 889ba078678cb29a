"""What is kept of the messages of a chat that are no questions, as `/privacy` says it."""

from dataclasses import dataclass

from mara.telegram.model.bot_config import BotLanguage
from mara.telegram.model.chat_texts import ChatText, chat_text


@dataclass(frozen=True, slots=True)
class ChatKeeping:
    """``rule_days`` is the longest time of the rules that read the chat; None where none does.

    ``alert_days`` is how long alerts are kept.
    """

    alert_days: int
    rule_days: int | None = None

    def words(self, language: BotLanguage) -> str:
        """The sentences about messages that are no questions."""
        if self.rule_days is None:
            return chat_text(ChatText.KEPT_NOTHING, language)
        text = ChatText.KEPT_BY_RULES if self.rule_days else ChatText.READ_BY_RULES
        return chat_text(text, language, days=self.rule_days, alert_days=self.alert_days)
