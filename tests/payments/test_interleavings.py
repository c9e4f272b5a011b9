"""Whatever happens in whatever order, the ledger ends where the processor's sums are."""

from contextlib import suppress
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from marketplace import ledger, ordering, payments
from marketplace.core import clock
from marketplace.core.errors import DomainError
from marketplace.extensions import atomic, db
from marketplace.gateway import GatewayUnknown, MerchantRef, SimulatedGateway
from marketplace.gateway.models import SimulatedPayment
from marketplace.ledger import Account
from marketplace.ordering import CancelReason, Order, OrderState
from marketplace.payments import LIVE, Payment, PaymentState, Refund, RefundState
from tests.factories.cooperatives import make_cooperative
from tests.factories.payments import Line, make_order, start, take_in

PAID = {OrderState.PAID, OrderState.PACKED, OrderState.SHIPPED, OrderState.ACCEPTED}


class Crash(Exception):
    """The process died after the processor had done its work."""


class Shaky(SimulatedGateway):
    """A processor that loses an answer, or the process dies, when `next_call` says so."""

    next_call = ""

    def _shake(self, done):
        mood, self.next_call = self.next_call, ""
        if mood == "silent":
            raise GatewayUnknown
        if mood == "dead":
            raise Crash
        return done

    def start_checkout(self, request, key):
        return self._shake(super().start_checkout(request, key))

    def fetch_payment(self, merchant, provider_id):
        return self._shake(super().fetch_payment(merchant, provider_id))

    def refund(self, request, key):
        return self._shake(super().refund(request, key))

    def cancel_payment(self, merchant, provider_id, key):
        return self._shake(super().cancel_payment(merchant, provider_id, key))


class World:
    """Two orders of one cooperative, its buyer, its processor and its jobs."""

    def __init__(self):
        self.gateway = Shaky(secrets=("webhook secret for tests",), production=False, minimums={})
        self.cooperative = make_cooperative()
        lines = [(Line(9_999, fee_minor=333, tax_minor=77),), (Line(5_001), Line(1_234, fee_minor=1))]
        self.orders = [make_order(line, cooperative=self.cooperative) for line in lines]
        self.merchant = MerchantRef(self.cooperative.merchant_account)
        self.began = self.now = clock.now()

    def do(self, step):
        action, which, mood = step
        self.gateway.next_call = mood
        with clock.travel(self.now), suppress(DomainError, Crash):
            getattr(self, action)(self.orders[which])
        self.gateway.next_call = ""
        self.now += timedelta(seconds=1)

    def pages(self, order: Order) -> list[str]:
        names = [payment.attempt_id for payment in payments.list_payments(order.id)]
        return list(
            db.session.scalars(select(SimulatedPayment.page_token).where(SimulatedPayment.attempt_id.in_(names)))
        )

    def click(self, order):
        start(order, self.gateway)

    def pay(self, order):
        for token in self.pages(order):
            with suppress(DomainError):
                self.gateway.pay(token)

    def decline(self, order):
        for token in self.pages(order):
            self.gateway.decline(token, "generic_decline")

    def cancel(self, order):
        with atomic():
            payments.cancel_order(order, CancelReason.BUYER, by=None)

    def wait(self, _order):
        self.now += timedelta(minutes=20)

    def expire(self, _order):
        with atomic():
            ordering.expire_holds()

    def deliver(self, _order):
        self.gateway.deliver(take_in(self.gateway), copies=2, reorder=True)

    def lose(self, _order):
        self.gateway.deliver(take_in(self.gateway), drop={"checkout.session.completed", "refund.updated"})

    def work(self, _order):
        payments.process_due_events(self.gateway)

    def refresh(self, order):
        for payment in payments.list_payments(order.id):
            payments.refresh(payment.id, self.gateway)

    def close(self, order):
        for payment in payments.list_payments(order.id):
            payments.cancel_at_processor(payment.id, self.gateway)

    def refund(self, order):
        for refund in payments.list_refunds(order.id):
            payments.execute_refund(refund.id, self.gateway)

    def fail(self, order):
        for refund in payments.list_refunds(order.id):
            if refund.provider_id:
                self.gateway.fail_refund(self.merchant, refund.provider_id)

    def retry(self, order):
        for refund in payments.list_refunds(order.id):
            with suppress(DomainError), atomic():
                payments.retry_refund(refund, by=None)

    def settle(self):
        """Let the time pass and every job come round."""
        for _ in range(6):
            self.now += timedelta(minutes=31)
            with clock.travel(self.now):
                with atomic():
                    ordering.expire_holds()
                self.gateway.deliver(take_in(self.gateway))
                payments.catch_up(self.gateway, self.began)
                payments.process_due_events(self.gateway)
                for refund in db.session.scalars(select(Refund).join(Refund.payment).where(self._ours)).all():
                    if refund.state is RefundState.FAILED:
                        with atomic():
                            payments.retry_refund(refund, by=None)
                payments.reconcile(self.gateway)

    @property
    def _ours(self):
        return Payment.cooperative_id == self.cooperative.id

    def check(self):
        book = ledger.book_of(self.cooperative.id)
        clearing = ledger.balance(book, Account.CLEARING)
        with clock.travel(self.now):
            held = self.gateway.pay_out(self.merchant)
        assert clearing == (held.amount_minor if held else 0)
        kept = [order for order in self.orders if order.state in PAID]
        assert -ledger.balance(book, Account.BUYER_ADVANCES) == sum(order.total_minor for order in kept)
        fees = sum(line.fee_minor for order in kept for line in order.lines)
        sources = [order.source for order in self.orders]
        assert ledger.balance(book, Account.PLATFORM_FEE_PREPAID) == fees
        assert ledger.balance(ledger.PLATFORM, Account.CLEARING, source=sources) == fees
        assert ledger.balance(book, Account.REFUNDS_PAYABLE) == 0
        for order in self.orders:
            came = [p for p in payments.list_payments(order.id) if p.state is PaymentState.SUCCEEDED]
            assert not any(p.state in LIVE for p in payments.list_payments(order.id))
            back = sum(refund.amount_minor for refund in payments.list_refunds(order.id))
            assert len(came) * order.total_minor - back == (order.total_minor if order.state in PAID else 0)


ACTIONS = [name for name in vars(World) if name[0] != "_" and name not in ("do", "pages", "settle", "check")]
STORIES = {
    "opened": ["click"],
    "paid": ["click", "pay", "deliver", "work"],
    "paid late": ["click", "pay", "wait", "wait", "expire"],
    "refunded": ["click", "pay", "deliver", "work", "cancel", "refund"],
}
steps = st.tuples(st.sampled_from(ACTIONS), st.integers(0, 1), st.sampled_from(["", "", "silent", "dead"]))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(list(STORIES)), st.sampled_from(list(STORIES)), st.lists(steps, max_size=25))
def test_the_ledger_ends_where_the_processors_sums_are(session, first, second, walk):
    world = World()
    begin = [(action, which, "") for which, story in enumerate((first, second)) for action in STORIES[story]]
    for step in begin + walk:
        world.do(step)
    world.settle()
    world.check()
