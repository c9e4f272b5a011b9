"""The inbox of the processor's events: taken in at once, worked off by a job that asks the processor itself."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from marketplace import queue
from marketplace.cooperatives import Cooperative
from marketplace.core import clock
from marketplace.extensions import atomic, db, retrying
from marketplace.gateway import (
    GatewayRefused,
    MerchantRef,
    PaymentGateway,
    PaymentSnapshot,
    PayoutSnapshot,
    PayoutStatus,
    ProviderEvent,
    RefundSnapshot,
    RefundStatus,
)
from marketplace.payments.models import Payment, ProcessorEvent
from marketplace.payments.processor_payouts import record_processor_payout
from marketplace.payments.queries import find_payment, find_refund, has_nameless_refund
from marketplace.payments.refund_execution import apply_refund
from marketplace.payments.snapshots import apply_snapshot
from marketplace.payments.states import EventState

log = logging.getLogger(__name__)

MAX_TRIES = 8
FIRST_PAUSE_S = 5
Snapshot = PaymentSnapshot | RefundSnapshot | PayoutSnapshot


class RowMissing(Exception):
    """The event is about something that we do not know yet; its row may come a moment later."""


def receive_event(gateway: PaymentGateway, body: bytes, headers: Mapping[str, str]) -> bool:
    """Store an event once and leave the work to a job; say whether it was new. Raises BadSignature."""
    event = gateway.verify_event(body, headers)
    return _take_in(event, gateway)


def catch_up(gateway: PaymentGateway, since: datetime) -> int:
    """Ask the processor for its events from an instant on and take in what never reached us; return how many."""
    accounts = db.session.scalars(select(Cooperative.merchant_account).order_by(Cooperative.id)).all()
    db.session.rollback()  # no transaction stays open during the calls
    missed = 0
    for account in accounts:
        for event in gateway.events_since(MerchantRef(account), since):
            missed += retrying(_take_in)(event, gateway)
    if missed:
        log.warning("%s events had not reached us", missed)
    return missed


def process_due_events(gateway: PaymentGateway, limit: int = 200) -> int:
    """Work off the events that are due, oldest first; return how many were looked at."""
    due = db.session.scalars(
        select(ProcessorEvent.id)
        .where(ProcessorEvent.gateway == gateway.name, ProcessorEvent.state == EventState.RECEIVED)
        .where(ProcessorEvent.due_at <= clock.now())
        .order_by(ProcessorEvent.due_at, ProcessorEvent.id)
        .limit(limit)
    ).all()
    for event_id in due:
        process_event(event_id, gateway)
    return len(due)


def process_event(event_id: int, gateway: PaymentGateway) -> EventState:
    """Ask the processor for what an event is about, and put that down; return what became of the event.

    The event is only a hint, so neither order nor repetition matters. One that cannot be worked off is tried again
    with growing pauses and laid aside as dead after eight tries.
    """
    event = db.session.get_one(ProcessorEvent, event_id)
    state, kind, merchant, object_id = event.state, event.type, MerchantRef(event.account), event.object_id
    is_ours = event.gateway == gateway.name and _find_cooperative(event.account) is not None
    db.session.rollback()  # no transaction stays open during the call
    if state is not EventState.RECEIVED:
        return state
    try:
        snapshot = _fetch(gateway, kind, merchant, object_id) if is_ours else None
        return retrying(_put_down)(event_id, snapshot, gateway)
    except Exception as error:  # whatever it was: the event is kept, and tried again
        log.warning("event %s (%s) was not worked off", event_id, kind, exc_info=not isinstance(error, RowMissing))
        return retrying(_put_off)(event_id, repr(error), gateway)


def _take_in(event: ProviderEvent, gateway: PaymentGateway) -> bool:  # noqa: ARG001
    with atomic():
        event_id = _store(event)
        if event_id is not None:
            queue.enqueue("payments.process_events", {"event": event_id}, key=f"processor-event:{event_id}")
    return event_id is not None


def _store(event: ProviderEvent) -> int | None:
    insert = postgresql.insert if db.session.connection().dialect.name == "postgresql" else sqlite.insert
    now = clock.now()
    stored: int | None = db.session.scalar(
        insert(ProcessorEvent)
        .values(
            gateway=event.provider,
            account=event.account,
            event_id=event.event_id,
            type=event.type,
            object_id=event.object_id,
            payload=event.payload,
            received_at=now,
            state=EventState.RECEIVED,
            tries=0,
            due_at=now,
            last_error="",
        )
        .on_conflict_do_nothing(index_elements=["gateway", "account", "event_id"])
        .returning(ProcessorEvent.id)  # nothing when it was there: drivers count such rows differently
    )
    return stored


def _find_cooperative(account: str) -> Cooperative | None:
    return db.session.scalar(select(Cooperative).where(Cooperative.merchant_account == account))


def _fetch(gateway: PaymentGateway, kind: str, merchant: MerchantRef, object_id: str) -> Snapshot | None:
    """Ask for the object of an event; None for kinds that we do not follow and for objects of another account."""
    try:
        if kind.startswith(("checkout.session.", "payment_intent.")):
            return gateway.fetch_payment(merchant, object_id)
        if kind.startswith("refund."):
            return gateway.fetch_refund(merchant, object_id)
        if kind.startswith("payout."):
            return gateway.fetch_payout(merchant, object_id)
    except GatewayRefused as refusal:
        if refusal.code != "not_found":
            raise
    return None


def _put_down(event_id: int, snapshot: Snapshot | None, gateway: PaymentGateway) -> EventState:
    """Apply what the processor said and mark the event, in one transaction."""
    with atomic():
        event = db.session.get_one(ProcessorEvent, event_id, with_for_update=True, populate_existing=True)
        if event.state is EventState.RECEIVED:
            event.tries += 1
            event.state = EventState.DONE if _apply(event.account, snapshot, gateway) else EventState.IGNORED
        return event.state


def _apply(account: str, snapshot: Snapshot | None, gateway: PaymentGateway) -> bool:
    if isinstance(snapshot, PaymentSnapshot):
        payment = find_payment(account, snapshot.provider_id) or _find_lost(gateway.name, snapshot)
        if payment is None:
            raise RowMissing(snapshot.provider_id)
        apply_snapshot(payment, snapshot)
    elif isinstance(snapshot, RefundSnapshot):
        _apply_refund(account, snapshot)
    elif isinstance(snapshot, PayoutSnapshot):
        if snapshot.status is PayoutStatus.PAID:
            record_processor_payout(snapshot)
    else:
        return False
    return True


def _apply_refund(account: str, snapshot: RefundSnapshot) -> None:
    payment = find_payment(account, snapshot.payment_provider_id)
    refund = find_refund(payment.id, snapshot.provider_id) if payment is not None else None
    if refund is not None:
        apply_refund(refund, snapshot)
    elif payment is None or snapshot.status is not RefundStatus.FAILED or has_nameless_refund(payment.id):
        raise RowMissing(snapshot.provider_id)
    # else it failed and another attempt took its place: the money is with us


def _find_lost(gateway: str, snapshot: PaymentSnapshot) -> Payment | None:
    """Find the payment whose call was carried out while its answer was lost, by the name that we gave it."""
    kind, _, number = snapshot.attempt_id.partition(":")
    if kind != "payment" or not (number.isascii() and number.isdigit() and len(number) < 18):  # noqa: PLR2004
        return None
    return db.session.scalar(
        select(Payment).where(
            Payment.id == int(number),
            Payment.gateway == gateway,
            Payment.account == snapshot.account,
            Payment.provider_id.is_(None),
        )
    )


def _put_off(event_id: int, error: str, gateway: PaymentGateway) -> EventState:  # noqa: ARG001
    with atomic():
        event = db.session.get_one(ProcessorEvent, event_id, with_for_update=True, populate_existing=True)
        if event.state is EventState.RECEIVED:
            event.tries += 1
            event.last_error = error[:500]
            event.due_at = clock.now() + timedelta(seconds=FIRST_PAUSE_S * 2**event.tries)
            if event.tries >= MAX_TRIES:
                event.state = EventState.DEAD
                log.error("event %s is dead: %s", event_id, error)
        return event.state
