"""The simulated processor's events: what they say, and how they are read again."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from marketplace.core import clock, ids
from marketplace.extensions import db
from marketplace.gateway.base import PaymentStatus, ProviderEvent
from marketplace.gateway.errors import BadSignature
from marketplace.gateway.models import SimulatedEvent, SimulatedPayment, SimulatedPayout, SimulatedRefund

SIGNATURE_HEADER = "Fenming-Signature"
MAX_TRIES = 16
LONGEST_PAUSE_S = 3600

COMPLETED = "checkout.session.completed"
DECLINED = "payment_intent.payment_failed"
EXPIRED = "checkout.session.expired"
REFUND_UPDATED = "refund.updated"
PAYOUT_PAID = "payout.paid"

Post = Callable[[bytes, Mapping[str, str]], int]  # body and headers in, HTTP status out


@dataclass(frozen=True)
class Parcel:
    """An event on its way out."""

    id: int
    event_id: str
    account: str
    type: str
    object_id: str
    body: bytes
    created_at: datetime
    tries: int


def emit_payment(kind: str, payment: SimulatedPayment) -> None:
    """Write an event of a payment."""
    _emit(
        kind,
        payment.account,
        payment.provider_id,
        {
            "object": "checkout.session",
            "amount_total": payment.amount_minor,
            "currency": payment.currency,
            "description": payment.description,
            "payment_status": "paid" if payment.status is PaymentStatus.SUCCEEDED else "unpaid",
            "decline_code": payment.decline_code,
            "metadata": {"attempt_id": payment.attempt_id},
        },
    )


def emit_refund(refund: SimulatedRefund) -> None:
    """Write an event of a refund."""
    _emit(
        REFUND_UPDATED,
        refund.payment.account,
        refund.provider_id,
        {
            "object": "refund",
            "amount": refund.amount_minor,
            "currency": refund.payment.currency,
            "status": refund.status.value,
            "payment": refund.payment.provider_id,
        },
    )


def emit_payout(payout: SimulatedPayout) -> None:
    """Write an event of a transfer to the merchant's bank."""
    _emit(
        PAYOUT_PAID,
        payout.account,
        payout.provider_id,
        {
            "object": "payout",
            "amount": payout.amount_minor,
            "currency": payout.currency,
            "status": payout.status.value,
        },
    )


def _emit(kind: str, account: str, object_id: str, content: dict[str, Any]) -> None:
    now = clock.now()
    event_id = f"evt_{ids.new_token()}"
    event = {
        "id": event_id,
        "object": "event",
        "type": kind,
        "account": account,
        "created": int(now.timestamp()),
        "livemode": False,
        "data": {"object": {"id": object_id, **content}},
    }
    db.session.add(
        SimulatedEvent(
            event_id=event_id,
            account=account,
            type=kind,
            object_id=object_id,
            body=json.dumps(event, ensure_ascii=False).encode(),
            created_at=now,
            due_at=now,
        )
    )


def list_due() -> list[Parcel]:
    """Return what is to be sent now, oldest first."""
    rows = db.session.scalars(
        select(SimulatedEvent)
        .where(SimulatedEvent.delivered_at.is_(None), SimulatedEvent.due_at <= clock.now())
        .where(SimulatedEvent.tries < MAX_TRIES)
        .order_by(SimulatedEvent.id)
    )
    return [
        Parcel(row.id, row.event_id, row.account, row.type, row.object_id, bytes(row.body), row.created_at, row.tries)
        for row in rows
    ]


def note_try(parcel: Parcel, delivered: bool) -> None:
    """Write down that an event was taken, or when it is sent again: pauses double up to an hour."""
    row = db.session.get_one(SimulatedEvent, parcel.id, with_for_update=True)
    row.tries += 1
    if delivered:
        row.delivered_at = row.delivered_at or clock.now()
    else:
        row.due_at = clock.now() + timedelta(seconds=min(2**row.tries, LONGEST_PAUSE_S))


def list_since(account: str, since: datetime) -> list[bytes]:
    """Return the bodies of a merchant's events from an instant on, oldest first."""
    rows: Sequence[bytes] = db.session.scalars(
        select(SimulatedEvent.body)
        .where(SimulatedEvent.account == account, SimulatedEvent.created_at >= since)
        .order_by(SimulatedEvent.id)
    ).all()
    return [bytes(body) for body in rows]


def read_event(provider: str, body: bytes) -> ProviderEvent:
    """Read an event whose signature was checked; raises BadSignature when it is none of ours, or of the live mode."""
    try:
        event = json.loads(body)
        read = ProviderEvent(
            provider=provider,
            account=_text(event["account"]),
            event_id=_text(event["id"]),
            type=_text(event["type"]),
            object_id=_text(event["data"]["object"]["id"]),
            created_at=datetime.fromtimestamp(event["created"], UTC),
            livemode=event["livemode"],
            payload=body.decode(),
        )
    except (ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError) as error:
        raise BadSignature("not an event") from error
    if read.livemode is not False:
        raise BadSignature("wrong mode")
    return read


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"not a name: {value!r}")
    return value
