"""Money back: promised once, never more than came, done when the processor says so, owed again when it fails."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace import ledger, notifications, payments, queue
from marketplace.cooperatives import StaffRole
from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.extensions import atomic, db
from marketplace.gateway import GatewayRefused, GatewayUnknown, MerchantRef, RefundStatus, SimulatedGateway
from marketplace.gateway.models import SimulatedRefund
from marketplace.ledger import Account, Draft, credit, debit
from marketplace.ordering import CancelReason, OrderState
from marketplace.payments import (
    EventState,
    OrderStillOpen,
    ProcessorEvent,
    Refund,
    RefundNotFailed,
    RefundReason,
    RefundState,
)
from marketplace.queue import Job
from tests.factories.cooperatives import make_staff
from tests.factories.payments import Line, balances, hear, make_order, make_paid, refund_all, start


def accept(order):
    """Post what the acceptance of an order's goods posts (`domain.md` 3), by line, in both books."""
    on, book = clock.today("Asia/Shanghai"), ledger.book_of(order.cooperative_id)
    source, fee = order.source, sum(line.fee_minor for line in order.lines)
    income, fees = [], []
    for line in order.lines:
        pool = line.season.pool
        net = line.amount_minor - line.tax_minor
        income.append(credit(Account.SALES, net, "CNY", pool=pool, source=source))
        income.append(credit(Account.DELIVERY_INCOME, line.delivery_minor, "CNY", pool=pool, source=source))
        income.append(credit(Account.TAX_PAYABLE, line.tax_minor, "CNY", source=source))
        fees.append(debit(Account.PLATFORM_FEE, line.fee_minor, "CNY", pool=pool, source=source))
    advance = debit(Account.BUYER_ADVANCES, order.total_minor, "CNY", party=order.party, source=source)
    prepaid = credit(Account.PLATFORM_FEE_PREPAID, fee, "CNY", source=source)
    ahead, earned = debit(Account.FEES_IN_ADVANCE, fee, "CNY"), credit(Account.FEE_INCOME, fee, "CNY")
    with atomic():
        order.state = OrderState.ACCEPTED
        ledger.post(book, Draft(f"acceptance:{order.id}", on, [advance, *income]))
        if fee:
            ledger.post(book, Draft(f"acceptance:{order.id}:fee", on, [*fees, prepaid]))
            ledger.post(ledger.PLATFORM, Draft(f"acceptance:{order.id}:fee", on, [ahead, earned]))


def refund(payment, amount, reason=RefundReason.GOODWILL):
    with atomic():
        return payments.request_refund(payment, amount, reason, by=None)


def at_the_processor(payment, gateway):
    return gateway.fetch_payment(MerchantRef(payment.account), payment.provider_id).refunds


def test_b09_a_full_refund_before_acceptance_returns_every_account(session, gateway):
    order = make_order((Line(100_00, fee_minor=10_00),))
    make_paid(order, gateway)
    with atomic():
        (made,) = payments.cancel_order(order, CancelReason.BUYER, by=order.user_id)
    book = ledger.book_of(order.cooperative_id)
    assert balances(book)["refunds_payable"] == -100_00
    assert (made.amount_minor, made.fee_back_minor, made.state) == (100_00, 10_00, RefundState.REQUESTED)
    refund_all(gateway)
    assert balances(book) == {"clearing": -3_00, "processor_fees": 3_00}
    assert balances(ledger.PLATFORM) == {}
    assert order.state is OrderState.CANCELLED


def test_b09_a_full_refund_after_acceptance_returns_every_account(session, gateway):
    order = make_order((Line(100_00, fee_minor=10_00),))
    payment = make_paid(order, gateway)
    accept(order)
    refund(payment, 100_00)
    refund_all(gateway)
    standing = balances(ledger.book_of(order.cooperative_id))
    assert standing.pop("sales") + standing.pop("sales_returns") == 0
    assert standing == {"clearing": -3_00, "processor_fees": 3_00}
    assert balances(ledger.PLATFORM) == {}


def test_refunds_after_acceptance_take_from_each_pool_its_part_and_leave_nothing(session, gateway):
    lines = (
        Line(70_01, fee_minor=1_40, tax_minor=5_78, delivery_minor=8_03),
        Line(29_99, fee_minor=61, tax_minor=0, delivery_minor=3_97),
    )
    order = make_order(lines)
    payment = make_paid(order, gateway)
    accept(order)
    book = ledger.book_of(order.cooperative_id)
    refund(payment, 20_00)
    first = {(b.account, b.pool): b.amount_minor for b in ledger.balances(book, by=("account", "pool"))}
    pools = [line.season.pool for line in order.lines]
    # 20.00 by what was sold: 64.23 and 29.99 net, 12.00 delivery, 5.78 tax of 112.00
    assert [first[Account.SALES_RETURNS, pool] for pool in pools] == [11_47, 5_36]
    for amount in (33_33, 112_00 - 20_00 - 33_33):
        refund(payment, amount)
    refund_all(gateway)
    for pool in pools:
        sold = ledger.balance(book, Account.SALES, pool=pool) + ledger.balance(book, Account.SALES_RETURNS, pool=pool)
        assert sold == 0
        assert ledger.balance(book, Account.PLATFORM_FEE, pool=pool) == 0
    assert ledger.balance(book, Account.DELIVERY_INCOME) == ledger.balance(book, Account.TAX_PAYABLE) == 0
    assert ledger.balance(book, Account.REFUNDS_PAYABLE) == 0
    assert ledger.balance(book, Account.CLEARING) == -ledger.balance(book, Account.PROCESSOR_FEES)
    assert balances(ledger.PLATFORM) == {}


def test_a_part_of_the_money_takes_its_part_of_the_fee_back(session, gateway):
    order = make_order((Line(100_00, fee_minor=2_00),))
    payment = make_paid(order, gateway)
    accept(order)
    refund(payment, 20_00)
    refund_all(gateway)
    book = ledger.book_of(order.cooperative_id)
    assert ledger.balance(book, Account.PLATFORM_FEE) == 1_60
    assert ledger.balance(ledger.PLATFORM, Account.FEE_INCOME) == -1_60
    assert ledger.balance(book, Account.CLEARING) == 95_00 - 20_00 + 40


def test_no_more_goes_back_than_came(session, gateway):
    order = make_order()
    payment = make_paid(order, gateway)
    accept(order)
    refund(payment, 60_00)
    with pytest.raises(FieldError) as refused:
        refund(payment, 40_01)
    assert (refused.value.code, refused.value.details["left_minor"]) == ("more_than_captured", 40_00)
    for nothing in (0, -1):
        with pytest.raises(FieldError):
            refund(payment, nothing)
    refund(payment, 40_00)
    with pytest.raises(FieldError):
        refund(payment, 1)


def test_what_was_never_paid_is_not_refunded(session, gateway):
    order = make_order()
    start(order, gateway)
    with pytest.raises(FieldError):
        refund(payments.find_last_payment(order.id), 1)


@pytest.mark.parametrize("state", [OrderState.PAID, OrderState.PACKED, OrderState.SHIPPED])
def test_goods_that_are_still_to_come_are_not_paid_back(session, gateway, state):
    order = make_order()
    payment = make_paid(order, gateway)
    with atomic():
        order.state = state
    with pytest.raises(OrderStillOpen):
        refund(payment, 1)
    assert payments.list_refunds(order.id) == []


def test_cancelling_twice_refunds_once(session, gateway):
    order = make_order()
    make_paid(order, gateway)
    with atomic():
        payments.cancel_order(order, CancelReason.BUYER, by=None)
        payments.cancel_order(order, CancelReason.BUYER, by=None)
    assert len(payments.list_refunds(order.id)) == 1
    refund_all(gateway)
    refund_all(gateway)
    assert len(db.session.scalars(select(SimulatedRefund)).all()) == 1


class Flaky(SimulatedGateway):
    """A processor whose answer to a refund gets lost once."""

    lose = True

    def refund(self, request, key):
        done = super().refund(request, key)
        if self.lose:
            self.lose = False
            raise GatewayUnknown
        return done


def flaky_gateway():
    return Flaky(secrets=("webhook secret for tests",), production=False, minimums={})


def test_a_lost_answer_is_asked_for_again_and_pays_once(session):
    gateway = flaky_gateway()
    order = make_order()
    payment = make_paid(order, gateway)
    with atomic():
        (made,) = payments.cancel_order(order, CancelReason.BUYER, by=None)
    with pytest.raises(GatewayUnknown):
        payments.execute_refund(made.id, gateway)
    assert made.state is RefundState.REQUESTED
    hear(gateway)  # the event names a refund that we do not know yet: it waits
    payments.execute_refund(made.id, gateway)
    assert made.state is RefundState.SUCCEEDED
    assert len(at_the_processor(payment, gateway)) == 1
    with clock.travel(clock.now() + timedelta(minutes=1)):
        hear(gateway)
    assert ledger.balance(ledger.book_of(order.cooperative_id), Account.REFUNDS_PAYABLE) == 0


def test_after_a_day_the_refund_is_looked_up_and_not_asked_for_again(session):
    gateway = flaky_gateway()
    order = make_order()
    payment = make_paid(order, gateway)
    with atomic():
        (made,) = payments.cancel_order(order, CancelReason.BUYER, by=None)
    with pytest.raises(GatewayUnknown):
        payments.execute_refund(made.id, gateway)
    with clock.travel(clock.now() + timedelta(hours=24)):
        payments.reconcile(gateway)
    assert (made.state, made.attempt) == (RefundState.SUCCEEDED, 1)
    assert len(at_the_processor(payment, gateway)) == 1


def test_a_refund_that_was_never_carried_out_begins_anew_after_a_day(session, gateway):
    order = make_order()
    payment = make_paid(order, gateway)
    with atomic():
        (made,) = payments.cancel_order(order, CancelReason.BUYER, by=None)
    key = made.key
    with clock.travel(clock.now() + timedelta(hours=24)):
        payments.reconcile(gateway)
        assert (made.state, made.attempt) == (RefundState.REQUESTED, 2)
        assert made.key != key
        payments.execute_refund(made.id, gateway)
    assert made.state is RefundState.SUCCEEDED
    assert len(at_the_processor(payment, gateway)) == 1


def test_b19_a_refund_that_fails_later_is_owed_again_and_someone_is_told(session, gateway):
    order = make_order((Line(100_00, fee_minor=2_00),))
    cashier = make_staff(order.cooperative, StaffRole.CASHIER)
    clerk = make_staff(order.cooperative, StaffRole.CLERK)
    payment = make_paid(order, gateway)
    with atomic():
        (made,) = payments.cancel_order(order, CancelReason.BUYER, by=None)
    book = ledger.book_of(order.cooperative_id)
    refund_all(gateway)
    gateway.fail_refund(MerchantRef(payment.account), made.provider_id)
    hear(gateway)
    assert made.state is RefundState.FAILED
    assert balances(book) == {
        "clearing": 95_00,
        "refunds_payable": -100_00,
        "processor_fees": 3_00,
        "platform_fee_prepaid": 2_00,
    }
    assert balances(ledger.PLATFORM) == {"clearing": 2_00, "fees_in_advance": -2_00}
    assert [m.template for m in notifications.list_for(cashier.id, limit=9)] == ["refund.failed"]
    assert notifications.count_for(clerk.id) == 0
    with atomic():
        payments.retry_refund(made, by=cashier.id)
    refund_all(gateway)
    assert (made.state, made.attempt) == (RefundState.SUCCEEDED, 2)
    assert balances(book) == {"clearing": -3_00, "processor_fees": 3_00}
    assert balances(ledger.PLATFORM) == {}
    hear(gateway)  # late news of the first attempt
    assert made.state is RefundState.SUCCEEDED
    assert set(db.session.scalars(select(ProcessorEvent.state))) == {EventState.DONE}
    with pytest.raises(RefundNotFailed), atomic():
        payments.retry_refund(made, by=cashier.id)


class Slow(SimulatedGateway):
    """A processor that needs days for a refund."""

    def refund(self, request, key):
        done = super().refund(request, key)
        with atomic():
            db.session.scalars(select(SimulatedRefund).filter_by(provider_id=done.provider_id)).one().status = "pending"
        return replace(done, status=RefundStatus.PENDING)


def test_a_pending_refund_stays_pending_until_the_processor_is_done(session):
    gateway = Slow(secrets=("webhook secret for tests",), production=False, minimums={})
    order = make_order()
    make_paid(order, gateway)
    with atomic():
        (made,) = payments.cancel_order(order, CancelReason.BUYER, by=None)
    refund_all(gateway)
    hear(gateway)
    assert (made.state, made.done_at) == (RefundState.PENDING, None)
    assert ledger.balance(ledger.book_of(order.cooperative_id), Account.REFUNDS_PAYABLE) == -100_00
    assert "refund.paid" not in [m.template for m in notifications.list_for(order.user_id, limit=9)]
    with atomic():
        db.session.scalars(select(SimulatedRefund)).one().status = RefundStatus.SUCCEEDED
    with clock.travel(clock.now() + timedelta(minutes=16)):
        payments.reconcile(gateway)
    assert made.state is RefundState.SUCCEEDED
    assert ledger.balance(ledger.book_of(order.cooperative_id), Account.REFUNDS_PAYABLE) == 0


def test_a_refusal_of_the_processor_leaves_the_debt_for_people(session, gateway, monkeypatch):
    order = make_order()
    manager = make_staff(order.cooperative, StaffRole.MANAGER)
    make_paid(order, gateway)
    with atomic():
        (made,) = payments.cancel_order(order, CancelReason.BUYER, by=None)

    def refuse(_request, _key):
        raise GatewayRefused("window_over")

    monkeypatch.setattr(gateway, "refund", refuse)
    refund_all(gateway)
    assert made.state is RefundState.FAILED
    assert ledger.balance(ledger.book_of(order.cooperative_id), Account.REFUNDS_PAYABLE) == -100_00
    assert notifications.count_for(manager.id) == 1


def test_each_attempt_is_one_job(session, gateway):
    order = make_order()
    make_paid(order, gateway)
    with atomic():
        (made,) = payments.cancel_order(order, CancelReason.BUYER, by=None)
        queue.enqueue("payments.execute_refund", {"refund": made.id}, key=f"refund:{made.id}:1")
    assert len(db.session.scalars(select(Job).where(Job.kind == "payments.execute_refund")).all()) == 1
    assert db.session.scalars(select(Refund.key)).one() == made.key
