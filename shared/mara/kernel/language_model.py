"""The port of a language model and its vocabulary; every domain that prompts a model uses it."""

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from mara.kernel.errors import Unavailable
from mara.kernel.text import clean_json

CHARACTERS_PER_TOKEN = 3
CHARACTERS_PER_CYRILLIC_TOKEN = 1.5
"""The lowest ratios of common tokenizers. An overestimate costs one earlier turn of the prompt; an
underestimate makes the server cut the prompt without an error."""
CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)


class LanguageModelUnavailable(Unavailable):
    """The model server is down, too slow, refuses the request, or breaks the answer off."""

    title = "The language model does not answer"
    problem_domain = "agents"


class Speaker(StrEnum):
    """The author of a chat message."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of a chat prompt."""

    speaker: Speaker
    text: str


@dataclass(frozen=True, slots=True)
class ChatPrompt:
    """Message templates, and the ``values`` of their ``{name}`` fields.

    Values are inserted as they are: braces in a value are text and name no field.
    """

    templates: Sequence[ChatMessage]
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def messages(self) -> Sequence[ChatMessage]:
        """The messages with the values inserted."""
        return [ChatMessage(m.speaker, m.text.format_map(self.values)) for m in self.templates]

    @property
    def tokens(self) -> int:
        """The estimated number of tokens of all messages."""
        return sum(count_tokens(message.text) for message in self.messages)


@dataclass(frozen=True, slots=True)
class Completion:
    """The text that a model generated, and the number of tokens of prompt and text."""

    text: str
    input_tokens: int
    output_tokens: int


class LanguageModel(Protocol):
    """A chat model that generates JSON."""

    @property
    def prompt_tokens_max(self) -> int:
        """The longest prompt, in tokens, that leaves room for an answer in the model's context."""

    @property
    def answer_tokens_max(self) -> int:
        """The longest text that the model writes, in tokens: generation is stopped there."""

    def chat(
        self,
        prompt: ChatPrompt,
        *,
        model: str | None,
        temperature: float,
        schema: Mapping[str, Any],
        within_s: float | None = None,
    ) -> Completion:
        """Generate one JSON object for the JSON Schema ``schema``; a poor model may still fail it.

        ``model`` ``None`` selects the default model. ``within_s`` is the time for the whole answer
        in seconds; ``None`` means the default of the adapter. Raises LanguageModelUnavailable.
        """


def parse_answer(written: str) -> dict[str, Any] | None:
    """Return the JSON object that a model wrote, ``None`` if it wrote something else.

    Its strings are cleaned: JSON can escape characters that cannot be stored.
    """
    try:
        answer = clean_json(json.loads(written))
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def count_tokens(text: str) -> int:
    """Estimate the number of tokens without a tokenizer; never fewer than a common model counts."""
    cyrillic = len(CYRILLIC.findall(text))
    others = len(text) - cyrillic
    return round(cyrillic / CHARACTERS_PER_CYRILLIC_TOKEN + others / CHARACTERS_PER_TOKEN) + 1


def new_fence() -> str:
    """Generate the 64 random bits that delimit untrusted text; a document cannot contain them."""
    return secrets.token_hex(8)


def fenced(name: str, text: str, fence: str) -> str:
    """Delimit untrusted text by lines with the fence, so that it cannot pass for a prompt."""
    return f"[{fence} {name}]\n{text}\n[{fence} end]"
