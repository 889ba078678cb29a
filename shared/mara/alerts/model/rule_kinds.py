"""What messages are, and who wrote them, as monitoring rules tell them apart."""

from enum import StrEnum


class ContentKind(StrEnum):
    """What a message is; a rule reads it if it reads each kind that the message has.

    A message has ``text`` or ``captions`` (the text of a picture or file), ``edits`` if it was
    edited, ``channel_posts`` if it is a post or its copy in the discussion group, ``topics`` if it
    stands in a topic.
    """

    TEXT = "text"
    CAPTIONS = "captions"
    EDITS = "edits"
    CHANNEL_POSTS = "channel_posts"
    TOPICS = "topics"


class RuleSender(StrEnum):
    """Who wrote: people (administrators who hide their name too), bots, or channels."""

    PEOPLE = "people"
    BOTS = "bots"
    CHANNELS = "channels"
