"""SQS handle-user-data - export or erase the data of a user."""

from mara.entrypoints.queue import consumer
from mara.erasure.messages import HandleUserData
from mara.wiring.erasure_work import data_job_runner


@consumer(HandleUserData)
def handler(message: HandleUserData) -> None:
    data_job_runner().run(message.job_id)
