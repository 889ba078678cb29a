"""The tenant whose rows the benchmark of many tenants copies.

Documents, chunks, vectors, agent, subscription and charges are made by the services; what has a
simple row is inserted.
"""

import random
from typing import Final
from uuid import UUID

from psycopg.types.json import Jsonb

from infra.bench import metering
from infra.bench.search import Corpus, add_document

DOCUMENTS: Final = 10
CHUNKS: Final = 2
WORDS: Final = 20
"""Of a chunk."""
USES: Final = 10
"""Answers that were charged, each by a reservation, a hold and its settlement."""
STATE: Final[dict[str, object]] = {"firings": [], "ended_at": None, "seen": [], "opened": []}
"""Of an alert that is over."""
ROWS: Final = """
    INSERT INTO conversations (id, owner_id, agent_id, created_at, updated_at)
    SELECT uuidv7(), %(owner)s, %(agent)s, now(), now() FROM generate_series(1, 10);

    INSERT INTO answers (id, owner_id, agent_id, agent_version, conversation_id, question, status,
        text, confidence, citations, retrieval, input_tokens, output_tokens, price_micro_usdt,
        created_at)
    SELECT uuidv7(), %(owner)s, %(agent)s, 1, id, 'What does the manual say?', 'not_in_documents',
        repeat('The documents do not say. ', 10), 0.1, '[]', '{}', 100, 100, 100, now()
    FROM conversations CROSS JOIN generate_series(1, 3);

    INSERT INTO alerts (id, owner_id, source_kind, source_id, fingerprint, name, severity, status,
        state, first_at, last_at, summary, description, labels, is_test)
    SELECT uuidv7(), %(owner)s, 'intake', %(agent)s, n::text, 'HighLoad' || n, 'warning',
        'resolved', %(state)s, now() - n * interval '1 hour', now() - n * interval '1 hour',
        'The load is high', repeat('Load average above the limit. ', 5), '{"job": "api"}', false
    FROM generate_series(1, 30) AS n;

    INSERT INTO wallets (network, address, receives_at, owner_id, created_at)
    SELECT network, substring(sha256(network::bytea) FOR size),
        substring(sha256(network::bytea) FOR size), %(owner)s, now()
    FROM (VALUES ('arbitrum', 20), ('tron', 20), ('aptos', 32)) AS networks (network, size);

    INSERT INTO deposits (id, owner_id, network, transaction, position, recipient,
        amount_micro_usdt, block_number, block_hash, log_index, state, reader, seen_at, credited_at)
    SELECT uuidv7(), %(owner)s, 'arbitrum', 'transaction ' || n, 0,
        substring(sha256('arbitrum') FOR 20), 5000000, n, 'block ' || n, 0, 'credited', 'bench',
        now(), now()
    FROM generate_series(1, 10) AS n;

    INSERT INTO connection_secrets (id, owner_id, content_format, content_key_id,
        content_wrapped_key, content_nonce, content, created_at, wrapped_at)
    VALUES (%(agent)s, %(owner)s, 1, 'bench', '', substring(sha256('') FOR 12), sha256(''), now(),
        now());

    INSERT INTO bot_configs (id, owner_id, name, agent_id, language, access, telegram_id, username,
        reads_all_group_messages, state, token_id, webhook_secret, former_webhook_secrets,
        created_at, updated_at)
    VALUES (%(agent)s, %(owner)s, 'bench', %(agent)s, 'en', 'invited', 1000000, 'bench_bot', false,
        'active', %(agent)s, sha256(''), '[]', now(), now());

    INSERT INTO bot_lanes (config_id, name, owner_id)
    SELECT %(agent)s, 'chat ' || n, %(owner)s FROM generate_series(1, 3) AS n;

    INSERT INTO bot_updates (config_id, update_id, owner_id, lane, state, attempts,
        received_at)
    SELECT %(agent)s, n, %(owner)s, 'chat ' || 1 + n %% 3, 'handled', 1, now()
    FROM generate_series(1, 30) AS n;

    INSERT INTO outgoing_messages (id, config_id, owner_id, chat_id, priority, rank, parts,
        buttons, due_at, state, telegram_ids, attempts, is_plain)
    SELECT uuidv7(), %(agent)s, %(owner)s, n %% 3, 'answer', 1, '[]', '[]', now(), 'sent', '{}', 1,
        true
    FROM generate_series(1, 20) AS n;

    INSERT INTO notices (id, owner_id, kind, event_id, data, in_api, created_at, unread)
    SELECT uuidv7(), %(owner)s, 'deposit_credited', uuidv7(), '{}', true, now(), n
    FROM generate_series(1, 20) AS n
"""


def make() -> UUID:
    """Store the tenant by the connection of this process; the owner's id."""
    from mara.agents.model import AgentSettings
    from mara.kernel.principal import Principal, Role
    from mara.platform.database import connection, transaction
    from mara.wiring.agents import agent_service

    (owner_id,) = metering.subscribers(allowance=0, count=1)
    for number in range(USES):
        metering.use(owner_id, number)
    agent = agent_service().create(Principal(owner_id, Role.USER), AgentSettings("bench"))
    _documents(owner_id)
    values = {"owner": owner_id, "agent": agent.id, "state": Jsonb(STATE)}
    with transaction(owner_id):
        for statement in ROWS.split(";\n"):
            connection().execute(statement.encode(), values)
    return owner_id


def _documents(owner_id: UUID) -> None:
    from mara.platform.database import transaction
    from mara.wiring.search import search_index

    corpus = Corpus(random.Random(1))  # noqa: S311 - the same corpus every time
    for number in range(DOCUMENTS):
        document_id = add_document(owner_id, number, CHUNKS)
        chunks = list(corpus.chunks(document_id, CHUNKS, WORDS))
        with transaction(owner_id):
            search_index().replace(owner_id, document_id, chunks)
