"""Events that fail, as code for a fresh interpreter, and what no trace of them may hold."""

EMAIL, PASSWORD = "anna@example.com", "Wrong-Horse-Battery-77"
ERROR_TEXT = "the balance of Anna"

REFUSED_LOGIN = f"""
from functions.api.auth.log_in.handler import handler
from tests.support.events import call
body = {{"email": "{EMAIL}", "password": "{PASSWORD}"}}
answer = call(handler, "POST", "/api/v1/auth/login", body=body)
assert answer.status == 401, answer
"""
FAILED_TICK = f"""
import contextlib
from tests.support.events import CONTEXT
from mara.entrypoints.schedule import schedule
def work(_):
    raise ZeroDivisionError("{ERROR_TEXT}")
with contextlib.suppress(ZeroDivisionError):
    schedule("count-plans")(work)({{}}, CONTEXT)
"""
POSTPONED_MESSAGE = f"""
from tests.support.events import CONTEXT
from mara.entrypoints.queue import consumer_of
def consume(message):
    raise ZeroDivisionError("{ERROR_TEXT}")
records = [{{"messageId": "m1", "body": "{EMAIL}"}}]
answer = consumer_of("read-report", str)(consume)({{"Records": records}}, CONTEXT)
assert answer["batchItemFailures"], answer
"""
