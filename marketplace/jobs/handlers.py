"""What is done for each kind of job."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select

from marketplace import fulfilment, ordering, payments, queue
from marketplace.cooperatives import Cooperative
from marketplace.core import clock
from marketplace.extensions import db
from marketplace.gateway import MerchantRef, PaymentGateway, SimulatedGateway
from marketplace.jobs.delivery import post_to

Payload = Mapping[str, Any]
EVENTS_REACH_BACK = timedelta(days=3)  # as long as a processor keeps on delivering one


def _forget_old_jobs(_payload: Payload) -> None:
    queue.forget(clock.now() - queue.KEPT)


def _gateway() -> PaymentGateway:
    gateway: PaymentGateway = current_app.extensions["gateway"]
    return gateway


def _process_events(payload: Payload, _key: str) -> None:
    if "event" in payload:
        payments.process_event(payload["event"], _gateway())
    else:
        payments.process_due_events(_gateway())


def _execute_refund(payload: Payload, _key: str) -> None:
    payments.execute_refund(payload["refund"], _gateway())


def _cancel_at_processor(payload: Payload, _key: str) -> None:
    payments.cancel_at_processor(payload["payment"], _gateway())


def _reconcile(_payload: Payload, _key: str) -> None:
    payments.reconcile(_gateway())


def _catch_up(_payload: Payload, _key: str) -> None:
    payments.catch_up(_gateway(), clock.now() - EVENTS_REACH_BACK)


def _deliver_simulated(_payload: Payload, _key: str) -> None:
    gateway = _gateway()
    if isinstance(gateway, SimulatedGateway):
        gateway.deliver(post_to(f"{current_app.extensions['settings'].public_url}/webhooks/{gateway.name}"))


def _pay_out_simulated(_payload: Payload, _key: str) -> None:
    gateway = _gateway()
    if isinstance(gateway, SimulatedGateway):
        merchants = db.session.execute(
            select(Cooperative.merchant_account, Cooperative.currency).order_by(Cooperative.id)
        ).all()
        for account, currency in merchants:
            gateway.pay_out(MerchantRef(account), currency)


def _expire_holds(_payload: Payload) -> None:
    ordering.expire_holds()


def _accept_silent(_payload: Payload) -> None:
    fulfilment.accept_silent()


# inside the job's transaction: exactly once, and short, for on SQLite it holds the only writer
HANDLERS: dict[str, Callable[[Payload], None]] = {
    "queue.forget": _forget_old_jobs,
    "ordering.expire_holds": _expire_holds,
    "fulfilment.accept_silent": _accept_silent,
}

# outside any transaction, for what talks to a network: at least once, with a key that stays the same on every try
OUTSIDE: dict[str, Callable[[Payload, str], None]] = {
    "payments.process_events": _process_events,
    "payments.execute_refund": _execute_refund,
    "payments.cancel_at_processor": _cancel_at_processor,
    "payments.reconcile": _reconcile,
    "payments.catch_up": _catch_up,
    "simulated.deliver": _deliver_simulated,
    "simulated.pay_out": _pay_out_simulated,
}
