"""Queue messages of the erasure domain."""

from uuid import UUID

from mara.kernel.messages import Message


class HandleUserData(Message):
    """Export or erase the data of a user, as the job says."""

    job_id: UUID
