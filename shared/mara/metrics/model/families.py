"""The families that this process counts. Gauges are not among them: they are read, not counted.

Each is counted at one place. Every label has few values: an operation, a class of statuses, a
queue, a network, a state; never a path, an id, a tenant or the name of an alert.
"""

from typing import Final

from mara.metrics.model.family import Family

SECONDS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
STATEMENT_SECONDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0)
LONG_SECONDS: Final = (0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
NETWORKS: Final = ("aptos", "arbitrum", "tron")
SHARES: Final = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)

HTTP_REQUESTS = Family(
    "mara_http_requests",
    "Requests by operation and class of status; errors are the classes 4xx and 5xx.",
    ("operation", "status"),
)
HTTP_SECONDS = Family(
    "mara_http_request_duration_seconds", "Duration of a request.", ("operation",), SECONDS
)
TRANSACTIONS = Family("mara_database_transactions", "Ended transactions.", ("outcome",))
STATEMENT_DURATION = Family(
    "mara_database_statement_duration_seconds", "Duration of a statement.", (), STATEMENT_SECONDS
)
DATABASE_ERRORS = Family(
    "mara_database_errors", "Failed statements and connections, by kind.", ("kind",)
)
QUEUE_MESSAGES = Family(
    "mara_queue_messages", "Messages taken from a queue, by outcome.", ("queue", "outcome")
)
QUEUE_SECONDS = Family(
    "mara_queue_message_duration_seconds",
    "Duration of the work for one message.",
    ("queue",),
    LONG_SECONDS,
)
SCHEDULE_RUNS = Family(
    "mara_schedule_runs", "Runs of a schedule, by outcome.", ("schedule", "outcome")
)
SCHEDULE_SECONDS = Family(
    "mara_schedule_run_duration_seconds", "Duration of a run.", ("schedule",), LONG_SECONDS
)
INGESTION_SECONDS = Family(
    "mara_ingestion_stage_duration_seconds",
    "Duration of a stage of reading a document: reading, embedding, indexing.",
    ("stage",),
    LONG_SECONDS,
)
ANSWERS = Family("mara_answers", "Stored answers, by status.", ("status",))
CONFIDENCE = Family("mara_answer_confidence", "Confidence of answers, 0 to 1.", (), SHARES)
MODEL_SECONDS = Family(
    "mara_model_request_duration_seconds",
    "Duration of a request to the language model, by outcome.",
    ("outcome",),
    LONG_SECONDS,
)
MODEL_TOKENS = Family(
    "mara_model_tokens", "Tokens that the language model read and wrote.", ("direction",)
)
RPC_CALLS = Family(
    "mara_chain_rpc_calls",
    "Requests to providers of chains, by outcome; errors are all but answered.",
    ("network", "outcome"),
)
BLOCKS_READ = Family(
    "mara_chain_blocks_read",
    "Blocks that scans have read, at the head and again when final.",
    ("network",),
)
UNREADABLE_EVENTS = Family(
    "mara_chain_unreadable_events",
    "Events that scans recorded and passed.",
    ("network",),
    known=NETWORKS,
)
CHARGES = Family(
    "mara_subscription_charges",
    "Charges of subscriptions: charged, refused (not covered), set_aside (an internal error).",
    ("outcome",),
    known=("charged", "refused", "set_aside"),
)
EXCESS_USE = Family("mara_usage_beyond_reservation", "Units used beyond their reservation.")
LEVEL_DIFFERENCES = Family(
    "mara_usage_level_differences", "Stored levels of use that differed from what exists."
)
UPDATES = Family(
    "mara_telegram_updates",
    "Tries of updates of bots: handled, failed, dead.",
    ("outcome",),
    known=("handled", "failed", "dead"),
)
SENDS = Family(
    "mara_telegram_sends",
    "Requests that send or edit a message, by what Telegram said; a 429 is postponed.",
    ("result",),
)
POST_ENDS = Family(
    "mara_alert_posts",
    "Alerts by the end of their question: answered, refused, failed, or unpaid by their owner.",
    ("end",),
    known=("answered", "refused", "failed", "unpaid"),
)
ALERT_SECONDS = Family(
    "mara_alert_latency_seconds",
    "From the receipt of an alert to its message in the chat; not what quiet hours held back.",
    (),
    LONG_SECONDS,
)
SOURCE_READS = Family("mara_source_reads", "Reads of sources by a scrape.", ("outcome",))
METRICS_DROPPED = Family(
    "mara_metric_series_dropped", "Counts of series beyond the limit of one process."
)
METRIC_FLUSHES = Family(
    "mara_metric_flushes",
    "Flushes of counts, by outcome.",
    ("outcome",),
    known=("stored", "failed"),
)

FAMILIES: Final = (
    *(HTTP_REQUESTS, HTTP_SECONDS),
    *(TRANSACTIONS, STATEMENT_DURATION, DATABASE_ERRORS),
    *(QUEUE_MESSAGES, QUEUE_SECONDS, SCHEDULE_RUNS, SCHEDULE_SECONDS),
    *(INGESTION_SECONDS, ANSWERS, CONFIDENCE, MODEL_SECONDS, MODEL_TOKENS),
    *(RPC_CALLS, BLOCKS_READ, UNREADABLE_EVENTS),
    *(CHARGES, EXCESS_USE, LEVEL_DIFFERENCES),
    *(UPDATES, SENDS, POST_ENDS, ALERT_SECONDS),
    *(METRICS_DROPPED, METRIC_FLUSHES, SOURCE_READS),
)
"""In the order of the exposition."""
