"""Metering: reserve before a run, settle with its result, release without one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from mara.billing.errors import AccountInactive, NotInPlan, ReservationEnded, UsageLimitReached
from mara.billing.model.counter import Counter
from mara.billing.model.entitlement import Entitlement, entitlement_of, renewal_is_due
from mara.billing.model.meters import Feature, Meter
from mara.billing.model.reservation import HOLD_OUTLIVES, Reservation, ReservationState
from mara.billing.model.settlement import give_back
from mara.billing.model.usage import check_feature, decide
from mara.billing.model.usage_refusals import funds_short
from mara.billing.model.usage_request import UsageRequest
from mara.billing.ports import Reservations, UsageHolders
from mara.billing.service.features import FeatureService
from mara.billing.service.plan_advice import PlanAdvice
from mara.billing.service.settlements import Settlements
from mara.billing.service.usage_book import UsageBook
from mara.kernel.clock import Clock
from mara.kernel.errors import DomainError
from mara.kernel.unit_of_work import UnitOfWork
from mara.ledger.errors import InsufficientFunds
from mara.ledger.model import Cause, TransferKind
from mara.ledger.service import LedgerService


@dataclass(frozen=True, slots=True)
class Metering:
    """The one way to use what a plan allows: API, bots, queues and alerts all take it.

    ``renew`` charges a renewal that is due, so that a late schedule refuses no use. The commits of
    ``unit_of_work`` may be asynchronous: a reservation that a crash of the database loses, with its
    hold, cannot be settled, and a release that is lost follows when the reservation expires.
    """

    holders: UsageHolders
    book: UsageBook
    reservations: Reservations
    settlements: Settlements
    advice: PlanAdvice
    ledger: LedgerService
    unit_of_work: UnitOfWork
    renew: Callable[[UUID], object]
    now: Clock
    new_id: Callable[[], UUID]

    def reserve(self, request: UsageRequest) -> Reservation:
        """Grant all quantities, or none; the same key gives the same reservation.

        Opens transactions of its own. Raises UsageLimitReached, InsufficientFunds, NotInPlan,
        ReservationEnded, and AccountInactive for bots, queues and alerts of a deactivated account.
        """
        try:
            return self._reserve(request)
        except _KeyTaken:
            # The other transaction is committed: this finds its reservation.
            return self._reserve(request)
        except _FundsShort as short:
            with self.unit_of_work(request.owner_id):
                balance = self.ledger.repository.get_balance(request.owner_id)
                self.reservations.count_refusal(request.owner_id, self.now())
                refusal = funds_short(short.entitlement, short.cost, balance.available)
                self._advise(refusal, request)
            raise refusal from None
        except (UsageLimitReached, NotInPlan) as refusal:
            with self.unit_of_work(request.owner_id):
                self.reservations.count_refusal(request.owner_id, self.now())
                self._advise(refusal, request)
            raise

    def settle(self, owner_id: UUID, key: str, used: Mapping[Meter, int]) -> Reservation:
        """Count what was used, in the caller's open transaction; ``charged`` is its price.

        An expired reservation is settled too, and is never an error. A repeated settlement changes
        nothing. Raises ReservationNotFound, and ReservationEnded where it was released.
        """
        return self.settlements.settle(owner_id, key, used)

    def release(self, owner_id: UUID, key: str) -> None:
        """Give everything back; one that has ended stays as it is. Raises ReservationNotFound."""
        with self.unit_of_work(owner_id):
            at = self.now()
            reservation, locked = self.reservations.lock(owner_id, key, at)
            if reservation.state is not ReservationState.OPEN:
                return
            ids = [item.counter_id for item in reservation.items]
            counters = {one.id: one for one in locked or self.book.counters.lock_some(ids)}
            after = give_back(reservation, counters)
            if reservation.hold:
                # A hold may have expired by itself: then the same transfer was posted before.
                is_over = at >= reservation.hold.expires_at
                kind = TransferKind.EXPIRE if is_over else TransferKind.RELEASE
                self.ledger.transfer(reservation.hold.ending(kind, 0))
            ended = reservation.ended(ReservationState.RELEASED, at)
            self.reservations.end([ended], list(after.values()))

    def check(self, owner_id: UUID, feature: Feature) -> None:
        """Raises NotInPlan unless the user's plan contains the feature."""
        features = FeatureService(self.holders, self.advice, self.unit_of_work, self.now)
        features.check(owner_id, feature)

    def _advise(self, refusal: DomainError, request: UsageRequest) -> None:
        self.advice.add_to(refusal, request.owner_id, request.quantities, request.feature)

    def _reserve(self, request: UsageRequest) -> Reservation:
        reservation = self._attempt(request, renews=True)
        if reservation is None:
            self.renew(request.owner_id)
            reservation = self._attempt(request, renews=False)
        if reservation is None:
            raise AssertionError("the second attempt does not ask for a renewal")
        return reservation

    def _attempt(self, request: UsageRequest, *, renews: bool) -> Reservation | None:
        """The reservation; None if a renewal is to be charged before, which ``renews`` allows."""
        with self.unit_of_work(request.owner_id):
            at = self.now()
            holder, known, locked = self.holders.lock(request.owner_id, request.key, at)
            if not holder.is_active:
                raise AccountInactive("Ask the operator to activate it.")
            if known is not None:
                return _still_open(known)
            if renews and renewal_is_due(holder):
                return None
            entitlement = entitlement_of(holder)
            counters = self.book.lock(
                request.owner_id, entitlement.sources, holder.now, at, locked=locked
            )
            return self._grant(request, entitlement, counters, at)

    def _grant(
        self,
        request: UsageRequest,
        entitlement: Entitlement,
        counters: Sequence[Counter],
        at: datetime,
    ) -> Reservation:
        if request.feature is not None:
            check_feature(entitlement, request.feature)
        grant = decide(entitlement, counters, request.quantities)
        reservation = Reservation(
            id=self.new_id(),
            owner_id=request.owner_id,
            key=request.key,
            reference=request.reference,
            items=grant.items,
            created_at=at,
            expires_at=at + request.lasts,
        )
        if grant.hold:
            reservation = self._hold(reservation, entitlement, grant.hold)
        if not self.reservations.add(reservation, grant.counters):
            raise _KeyTaken
        return reservation

    def _hold(self, reservation: Reservation, entitlement: Entitlement, amount: int) -> Reservation:
        cause = Cause(reservation.ledger_key, reservation.reference)
        until = reservation.expires_at + HOLD_OUTLIVES
        try:
            held = self.ledger.hold(reservation.owner_id, amount, cause, expires_at=until)
        except InsufficientFunds:
            raise _FundsShort(entitlement, amount) from None
        return replace(reservation, hold_id=held.id)


def _still_open(known: Reservation) -> Reservation:
    """Raises ReservationEnded."""
    if known.state is not ReservationState.OPEN:
        raise ReservationEnded("Use a new key.", state=known.state)
    return known


class _KeyTaken(Exception):
    """Another transaction has made a reservation with this key."""


class _FundsShort(Exception):
    """The balance does not cover the overage; the transaction is to be rolled back."""

    def __init__(self, entitlement: Entitlement, cost: int) -> None:
        super().__init__()
        self.entitlement = entitlement
        self.cost = cost
