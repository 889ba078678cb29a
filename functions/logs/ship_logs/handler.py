"""CloudWatch Logs - push new log lines of all functions to Loki."""

from mara.entrypoints.log_batch import log_lines
from mara.wiring.logs import log_shipping

handler = log_lines(lambda batch: log_shipping().ship(batch))
