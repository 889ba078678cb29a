"""Since when the oldest message to a chat could have been sent: the statement, in PostgreSQL's SQL.

A message that Telegram's limits hold back is not late: not in a chat that Telegram told to wait,
not for a bot of which two chats have to wait, and not while its chat gets the messages before it.
So a chat waits since it got the last one, was allowed the next one, and its first message was due.
What waits for a customer is left out: bots whose token is revoked or whose owner is deactivated.

The unit of work is a bot, which one sender serves, so some chats of each are enough. PostgreSQL
has no skip scan (wiki.postgresql.org/wiki/Loose_indexscan): bots and chats are found one by one.
"""

from typing import Final

BOTS_MAX: Final = 1000
SERVED_MAX: Final = 200
CHATS_MAX: Final = 10
"""Of each bot: a scrape has 100 ms for all statements together."""
PLATFORM_ACCOUNT: Final = "00000000-0000-7000-8000-000000006d72"
"""The owner of the platform's bot, which cannot be deactivated; a test compares."""

_WAITS: Final = "state IN ('queued', 'sending')"

OLDEST_SENDS: Final = f"""
    WITH RECURSIVE bots AS (
        (SELECT config_id, 1 AS number FROM outgoing_messages
            WHERE {_WAITS} ORDER BY config_id LIMIT 1)
        UNION ALL SELECT (
            SELECT config_id FROM outgoing_messages
            WHERE {_WAITS} AND config_id > bots.config_id ORDER BY config_id LIMIT 1
        ), number + 1 FROM bots WHERE config_id IS NOT NULL AND number < {BOTS_MAX}
    ), served AS (
        SELECT bots.config_id FROM bots CROSS JOIN LATERAL (
            SELECT FROM bot_configs JOIN users ON users.id = bot_configs.owner_id
            WHERE bot_configs.id = bots.config_id AND bot_configs.state <> 'token_revoked'
                AND (users.active OR users.id = '{PLATFORM_ACCOUNT}')
            LIMIT 1
        ) AS owned LIMIT {SERVED_MAX}
    ), paused AS (
        SELECT config_id, (array_agg(paused_until ORDER BY paused_until DESC))[2] AS until
        FROM bot_chat_paces WHERE paused_until > now() - interval '1 hour' GROUP BY config_id
    )
    SELECT min(greatest(
        message.due_at, pace.paused_until, paused.until,
        pace.sent[cardinality(pace.sent)], pace.edited[cardinality(pace.edited)]
    ))
    FROM served CROSS JOIN LATERAL (
        WITH RECURSIVE found AS (
            (SELECT chat_id, 1 AS number FROM outgoing_messages
                WHERE {_WAITS} AND config_id = served.config_id ORDER BY chat_id LIMIT 1)
            UNION ALL SELECT (
                SELECT chat_id FROM outgoing_messages
                WHERE {_WAITS} AND config_id = served.config_id AND chat_id > found.chat_id
                ORDER BY chat_id LIMIT 1
            ), number + 1 FROM found WHERE chat_id IS NOT NULL AND number < {CHATS_MAX}
        )
        SELECT chat_id FROM found WHERE chat_id IS NOT NULL
    ) AS chat CROSS JOIN LATERAL (
        SELECT due_at FROM outgoing_messages
        WHERE {_WAITS} AND config_id = served.config_id AND chat_id = chat.chat_id
            AND due_at <= now()
        ORDER BY rank, position LIMIT 1
    ) AS message
    LEFT JOIN bot_chat_paces AS pace
        ON pace.config_id = served.config_id AND pace.chat_id = chat.chat_id
    LEFT JOIN paused ON paused.config_id = served.config_id
"""
