"""Random texts of alerts, of the kinds that break senders."""

from random import Random

from mara.telegram.model.formatted_text import FormattedText, Span, TextFormat

FORMATS = (None, TextFormat.BOLD, TextFormat.ITALIC, TextFormat.CODE, TextFormat.PRE)
TRACE = """Traceback (most recent call last):
  File "/srv/app/worker.py", line 214, in run
    self._handle(message, *args, **kwargs)
psycopg.OperationalError: connection to server at "10.0.0.5", port 5432 failed
"""
PIECES = (
    "На узле gateway-7 закончилось место: занято 97 % раздела /var.\n",
    "The queue of receipts grows; restart the worker.\n\n",
    TRACE,
    "<b>not bold</b> & <script>alert('x')</script> ",
    "_под_чёрт_ *звёзд* `код` [ссылка](tg://user?id=1) ",
    "@everyone /start https://10.0.0.1/admin ",
    "👩‍🚒🏴󠁧󠁢󠁥󠁮󠁧󠁿🇷🇺 e\u0301\u0323 ",
    "\x00\x01\x1b[31m",
    "\ud800\udfff \udc00",
    "\u202eright to left\u202c \u200b\u2028\r\n",
    "ошибка" * 40,
    "x" * 900,
    " \t\n\n\n ",
)
LONGEST = 20_000
"""Characters; one text of twenty is about as long."""
ENTITIES = 300


def random_text(random: Random) -> FormattedText:
    """A text that shows something, of up to 20 000 characters and 300 entities."""
    kind = random.random()
    if kind < 0.05:
        length, spans = random.randrange(LONGEST // 2, LONGEST), random.randrange(1, 20)
    elif kind < 0.1:
        length, spans = random.randrange(2000, 5000), ENTITIES
    else:
        length, spans = random.randrange(1, 600), random.randrange(1, 5)
    parts = [
        Span(_piece(random, length // spans + 1), random.choice(FORMATS)) for _ in range(spans)
    ]
    return FormattedText.of("! ", *parts)


def _piece(random: Random, length: int) -> str:
    text = ""
    while len(text) < length:
        text += random.choice(PIECES)
    return text[:length]
