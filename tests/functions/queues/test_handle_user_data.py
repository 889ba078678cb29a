"""SQS handle-user-data, through the function itself."""

import pytest

from functions.queues.handle_user_data.handler import handler as handle_user_data
from mara.erasure.messages import HandleUserData
from mara.kernel.ids import new_id

pytestmark = pytest.mark.usefixtures("database")


class TestHandleUserData:
    def test_acknowledges_the_message_of_a_job_that_is_over(self) -> None:
        body = HandleUserData(job_id=new_id()).model_dump_json()
        records = [{"messageId": number, "body": body} for number in ("1", "2")]
        assert handle_user_data({"Records": records}, None) == {"batchItemFailures": []}
