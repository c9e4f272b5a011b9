"""The simulated processor: in-process and persistent, with a page of its own; it moves no money.

It keeps to the rules of a real one, and its fee is 3 % of the amount, rounded half up (100.00 costs 3.00); the fee is
not given back on a refund. Each method opens a transaction of its own and, like a call over a network, is refused
inside the caller's.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import ClassVar, TypeVar

from sqlalchemy import select

from marketplace.core import clock, ids
from marketplace.core.money import ratio
from marketplace.extensions import Conflict, atomic, db, retrying
from marketplace.gateway import simulated_events as events
from marketplace.gateway import simulated_rows as rows
from marketplace.gateway.base import (
    Cap,
    CheckoutRequest,
    CheckoutStart,
    MerchantRef,
    PaymentSnapshot,
    PaymentStatus,
    PayoutSnapshot,
    PayoutStatus,
    ProviderEvent,
    RefundRequest,
    RefundSnapshot,
    RefundStatus,
)
from marketplace.gateway.errors import BadSignature, GatewayMisconfigured, GatewayRefused, GatewayUnknown
from marketplace.gateway.models import SimulatedPayment, SimulatedPayout, SimulatedRefund
from marketplace.gateway.signature import check, sign
from marketplace.gateway.simulated_events import SIGNATURE_HEADER, Parcel, Post
from marketplace.gateway.simulated_rows import HostedPage

FEE_PERCENT = 3
LARGEST_MINOR = 99_999_999  # eight digits
LONGEST_SESSION = timedelta(hours=24)
MINIMUMS = MappingProxyType({"CNY": 500})
DECLINE_CODES = ("generic_decline", "insufficient_funds", "expired_card", "lost_card")

R = TypeVar("R")


class SimulatedGateway:
    """A processor for demonstration, development and tests."""

    name: ClassVar[str] = "simulated"
    caps: ClassVar[frozenset[Cap]] = frozenset({Cap.REDIRECT})

    def __init__(self, *, secrets: Sequence[str], production: bool, minimums: Mapping[str, int] = MINIMUMS) -> None:
        """Take the secrets that sign events, newest first, and the least amount by currency, in minor units.

        Raises GatewayMisconfigured in production, and without a secret.
        """
        if production:
            raise GatewayMisconfigured(reason="the simulated gateway moves no money")
        if not secrets or not all(secrets):
            raise GatewayMisconfigured(reason="no secret for events")
        self._secrets = tuple(secrets)
        self._minimums = dict(minimums)

    def start_checkout(self, request: CheckoutRequest, key: str) -> CheckoutStart:
        """Open a payment on the hosted page."""

        def work() -> CheckoutStart:
            account = request.merchant.account
            fingerprint = rows.fingerprint("start_checkout", asdict(request))
            done = rows.find_done(account, key, fingerprint)
            if done is not None:
                return rows.start_of(rows.get_payment(account, done))
            self._check(request)
            payment = rows.open_payment(request)
            rows.note_done(account, key, fingerprint, payment.provider_id)
            return rows.start_of(payment)

        return self._run(work)

    def fetch_payment(self, merchant: MerchantRef, provider_id: str) -> PaymentSnapshot:
        """Return a payment with its refunds as they are now."""

        def work() -> PaymentSnapshot:
            return rows.snapshot_of(rows.get_payment(merchant.account, provider_id))

        self.expire_sessions()
        return self._run(work)

    def cancel_payment(self, merchant: MerchantRef, provider_id: str, key: str) -> PaymentSnapshot:
        """Close a payment's page; one that is closed already stays so. Refused with `already_paid`."""

        def work() -> PaymentSnapshot:
            account = merchant.account
            payment = rows.get_payment(account, provider_id)
            fingerprint = rows.fingerprint("cancel_payment", {"payment": provider_id})
            if rows.find_done(account, key, fingerprint) is None:
                if payment.status is PaymentStatus.SUCCEEDED:
                    raise GatewayRefused("already_paid")
                rows.close_payment(payment)
                rows.note_done(account, key, fingerprint, provider_id)
            return rows.snapshot_of(payment)

        return self._run(work)

    def refund(self, request: RefundRequest, key: str) -> RefundSnapshot:
        """Send money back to the buyer; refused with `not_paid`, `more_than_captured`, `more_than_fee`."""

        def work() -> RefundSnapshot:
            account = request.merchant.account
            fingerprint = rows.fingerprint("refund", asdict(request))
            done = rows.find_done(account, key, fingerprint)
            if done is not None:
                return rows.refund_snapshot(rows.get_refund(account, done))
            payment = rows.get_payment(account, request.payment_provider_id)
            rows.check_refund(request, payment)
            refund = SimulatedRefund(
                provider_id=f"re_{ids.new_token()}",
                payment=payment,
                amount_minor=request.amount_minor,
                fee_back_minor=request.fee_back_minor,
                reason=request.reason,
                status=RefundStatus.SUCCEEDED,
                created_at=clock.now(),
            )
            db.session.add(refund)
            events.emit_refund(refund)
            rows.note_done(account, key, fingerprint, refund.provider_id)
            return rows.refund_snapshot(refund)

        return self._run(work)

    def fetch_refund(self, merchant: MerchantRef, provider_id: str) -> RefundSnapshot:
        """Return a refund as it is now."""
        return self._run(lambda: rows.refund_snapshot(rows.get_refund(merchant.account, provider_id)))

    def fetch_payout(self, merchant: MerchantRef, provider_id: str) -> PayoutSnapshot:
        """Return a transfer to the merchant's bank as it is now."""

        def work() -> PayoutSnapshot:
            payout = db.session.scalars(
                select(SimulatedPayout).filter_by(account=merchant.account, provider_id=provider_id)
            ).one_or_none()
            if payout is None:
                raise GatewayRefused("not_found")
            return rows.payout_snapshot(payout)

        return self._run(work)

    def verify_event(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """Check the signature over the raw body; raises BadSignature."""
        header = next((value for name, value in headers.items() if name.lower() == SIGNATURE_HEADER.lower()), None)
        if header is None:
            raise BadSignature("no header")
        check(header, body, secrets=self._secrets, now=clock.now())
        return events.read_event(self.name, body)

    def events_since(self, merchant: MerchantRef, since: datetime) -> Iterator[ProviderEvent]:
        """Yield a merchant's events from an instant on, oldest first."""
        for body in self._run(lambda: events.list_since(merchant.account, since)):
            yield events.read_event(self.name, body)

    # what the hosted page calls

    def page(self, token: str) -> HostedPage:
        """Return what the page shows; only reads. Refused with `not_found`."""
        return rows.page_of(rows.get_by_token(token))

    def pay(self, token: str) -> HostedPage:
        """Pay, once however often it is called; refused with `session_closed` when the page expired or was closed."""

        def work() -> HostedPage:
            payment = rows.get_by_token(token, lock=True)
            if payment.status is not PaymentStatus.SUCCEEDED:
                rows.need_open(payment)
                payment.status, payment.decline_code = PaymentStatus.SUCCEEDED, None
                payment.processor_fee_minor = ratio(payment.amount_minor * FEE_PERCENT, 100)
                events.emit_payment(events.COMPLETED, payment)
            return rows.page_of(payment)

        self.expire_sessions()
        return self._run(work)

    def decline(self, token: str, code: str) -> HostedPage:
        """Let the card be declined with one of DECLINE_CODES; the page stays open for another card.

        The same code again changes nothing. Refused with `session_closed`, `already_paid`, `decline_code`.
        """

        def work() -> HostedPage:
            if code not in DECLINE_CODES:
                raise GatewayRefused("decline_code")
            payment = rows.get_by_token(token, lock=True)
            if payment.status is PaymentStatus.SUCCEEDED:
                raise GatewayRefused("already_paid")
            rows.need_open(payment)
            if payment.decline_code != code:
                payment.decline_code = code
                events.emit_payment(events.DECLINED, payment)
            return rows.page_of(payment)

        self.expire_sessions()
        return self._run(work)

    def leave(self, token: str) -> HostedPage:
        """Go back to the shop; nothing changes, so the buyer may come back to the page until it expires."""
        return self.page(token)

    # what time, banks and the operator of the processor do

    def expire_sessions(self) -> int:
        """Close the pages whose time is over; return how many."""

        def work() -> int:
            over = db.session.scalars(
                select(SimulatedPayment)
                .where(SimulatedPayment.status == PaymentStatus.OPEN, SimulatedPayment.expires_at <= clock.now())
                .order_by(SimulatedPayment.id)
                .with_for_update()
            ).all()
            for payment in over:
                rows.close_payment(payment)
            return len(over)

        return self._run(work)

    def fail_refund(self, merchant: MerchantRef, provider_id: str) -> RefundSnapshot:
        """Let a refund come back from the buyer's bank; the money is the merchant's again."""

        def work() -> RefundSnapshot:
            refund = rows.get_refund(merchant.account, provider_id)
            if refund.status is not RefundStatus.FAILED:
                refund.status = RefundStatus.FAILED
                events.emit_refund(refund)
            return rows.refund_snapshot(refund)

        return self._run(work)

    def pay_out(self, merchant: MerchantRef, currency: str = "CNY") -> PayoutSnapshot | None:
        """Transfer the merchant's balance to its bank, or take back what is below zero; None when there is nothing."""

        def work() -> PayoutSnapshot | None:
            balance_minor = rows.balance_of(merchant.account, currency)
            if balance_minor == 0:
                return None
            payout = SimulatedPayout(
                provider_id=f"po_{ids.new_token()}",
                account=merchant.account,
                amount_minor=balance_minor,
                currency=currency,
                status=PayoutStatus.PAID,
                created_at=clock.now(),
            )
            db.session.add(payout)
            events.emit_payout(payout)
            return rows.payout_snapshot(payout)

        return self._run(work)

    def due_events(self) -> list[Parcel]:
        """Return the events that are to be sent now, oldest first; pages whose time is over are closed before."""
        self.expire_sessions()
        return self._run(events.list_due)

    def deliver(
        self, post: Post, *, copies: int = 1, reorder: bool = False, drop: Collection[str] = frozenset()
    ) -> int:
        """Send the due events, signed now, through `post`; return how many were taken.

        An answer of 2xx ends an event; any other, or an OSError, brings it back later. For tests: `copies` sends each
        several times, `reorder` newest first, and the types in `drop` are lost on the way for good.
        """
        taken = 0
        due = self.due_events()
        for parcel in reversed(due) if reorder else due:
            delivered = parcel.type in drop or all([self._send(parcel, post) for _ in range(copies)])  # noqa: C419
            self._run(partial(events.note_try, parcel, delivered))
            taken += delivered and parcel.type not in drop
        return taken

    def _send(self, parcel: Parcel, post: Post) -> bool:
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            SIGNATURE_HEADER: sign(self._secrets[0], parcel.body, clock.now()),
        }
        try:
            return post(parcel.body, headers) // 100 == 2  # noqa: PLR2004
        except OSError:
            return False

    def _check(self, request: CheckoutRequest) -> None:
        rows.need_currency(request.currency)
        now = clock.now()
        if type(request.amount_minor) is not int or request.amount_minor <= 0:
            raise GatewayRefused("amount")
        if request.amount_minor < self._minimums.get(request.currency, 1):
            raise GatewayRefused("amount_too_small", least_minor=self._minimums[request.currency])
        if request.amount_minor > LARGEST_MINOR:
            raise GatewayRefused("amount_too_large", most_minor=LARGEST_MINOR)
        if not 0 <= request.application_fee_minor <= request.amount_minor:
            raise GatewayRefused("application_fee")
        if not now < request.expires_at <= now + LONGEST_SESSION:
            raise GatewayRefused("expires_at")

    def _run(self, work: Callable[[], R]) -> R:
        if db.session.info.get("atomic"):
            raise RuntimeError("a gateway is called outside a transaction")
        try:
            return retrying(_in_own_transaction)(self, work)
        except Conflict as error:
            raise GatewayUnknown from error


def _in_own_transaction(gateway: SimulatedGateway, work: Callable[[], R]) -> R:  # noqa: ARG001
    """Do the processor's side of a call; it stands for a server elsewhere, which has a transaction of its own."""
    with atomic():
        return work()
