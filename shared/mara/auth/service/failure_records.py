"""Records failed logins in the audit."""

from dataclasses import dataclass
from datetime import datetime

from mara.audit.model.deed import AuditAction, Deed
from mara.audit.ports import AuditLog
from mara.auth.model.failure_windows import ROWS, WINDOW, failures_from, has_row, is_told
from mara.auth.ports import LoginFailures
from mara.auth.service.attempts import Attempt


@dataclass(frozen=True, slots=True)
class FailureRecords:
    """Each failure of an account, and of unknown ones a row at each power of ten for a network."""

    failures: LoginFailures
    audit: AuditLog

    def record(self, attempt: Attempt, at: datetime) -> None:
        """Record the failure in the caller's transaction.

        It is counted in either case: an unknown account takes as long as one that exists.
        """
        network = str(attempt.account.network)
        count = self.failures.count_in_window(failures_from(network), at, WINDOW)
        if attempt.credential:
            owner_id = attempt.credential.owner_id
            detail = {"network": attempt.account.network}
            self.audit.record(Deed(AuditAction.LOGIN_FAILED, None, owner_id, detail=detail))
        elif is_told(count):
            rows = self.failures.count_in_window(ROWS, at, WINDOW)
            if has_row(rows):
                # The network of an unknown account is not kept: no owner could have it erased.
                told = {"failures": count, "rows": rows}
                self.audit.record(Deed(AuditAction.LOGIN_FAILED, None, None, detail=told))
