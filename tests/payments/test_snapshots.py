"""What the processor says, put into the books: once, in any order, and money that has no order goes back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace import catalog, ledger, notifications, ordering, payments, trail
from marketplace.catalog import Commitment, Stock
from marketplace.core import clock
from marketplace.extensions import atomic, db
from marketplace.gateway import MerchantRef, PaymentStatus
from marketplace.ledger import Account
from marketplace.ordering import CancelReason, OrderState
from marketplace.payments import PaymentState, Refund, RefundReason, RefundState, SnapshotOfAnother
from tests.factories.cooperatives import make_cooperative
from tests.factories.payments import Line, balances, hear, make_order, make_paid, pay, refund_all, start


def snapshot_of(payment, gateway):
    return gateway.fetch_payment(MerchantRef(payment.account), payment.provider_id)


def apply(payment, snapshot):
    with atomic():
        return payments.apply_snapshot(payment, snapshot)


def messages_of(order):
    return [message.template for message in reversed(notifications.list_for(order.user_id, limit=50))]


def refunds_of(order):
    return [(refund.reason, refund.amount_minor) for refund in payments.list_refunds(order.id)]


def test_a_payment_pays_its_order_and_is_booked_with_its_fees(session, gateway):
    order = make_order((Line(10_000, fee_minor=200),))
    payment = make_paid(order, gateway)
    assert order.state is OrderState.PAID
    assert (payment.state, payment.processor_fee_minor) == (PaymentState.SUCCEEDED, 300)
    book = ledger.book_of(order.cooperative_id)
    assert balances(book) == {
        "clearing": 9_500,
        "buyer_advances": -10_000,
        "processor_fees": 300,
        "platform_fee_prepaid": 200,
    }
    assert balances(ledger.PLATFORM) == {"clearing": 200, "fees_in_advance": -200}
    advance = ledger.entries(book, account=Account.BUYER_ADVANCES)[0]
    assert (advance.party, advance.source) == (order.party, order.source)
    assert ledger.balance(book, Account.PROCESSOR_FEES, pool=order.lines[0].season.pool) == 300
    assert messages_of(order) == ["payment.received"]
    assert [deed.verb for deed in trail.list_of(f"payment:{payment.id}")] == ["payment.started", "payment.succeeded"]


def test_the_processors_fee_is_shared_by_what_each_pool_sold(session, gateway):
    order = make_order((Line(7_777, fee_minor=0), Line(2_223, fee_minor=0, delivery_minor=1_000)))
    make_paid(order, gateway)
    book = ledger.book_of(order.cooperative_id)
    shares = [ledger.balance(book, Account.PROCESSOR_FEES, pool=line.season.pool) for line in order.lines]
    assert sum(shares) == 330
    assert shares == [257, 73]  # 330 x 0.7777 = 256.6, 330 x 0.2223 = 73.4
    assert balances(ledger.PLATFORM) == {}


def test_the_same_news_again_changes_nothing(session, gateway):
    order = make_order()
    payment = make_paid(order, gateway)
    before = balances(ledger.book_of(order.cooperative_id))
    for _ in range(3):
        apply(payment, snapshot_of(payment, gateway))
    assert balances(ledger.book_of(order.cooperative_id)) == before
    assert messages_of(order) == ["payment.received"]


def test_old_news_never_overwrites_new(session, gateway):
    order = make_order()
    token = start(order, gateway)
    payment = payments.find_last_payment(order.id)
    opened = snapshot_of(payment, gateway)
    gateway.decline(token, "insufficient_funds")
    declined = snapshot_of(payment, gateway)
    gateway.pay(token)
    apply(payment, snapshot_of(payment, gateway))
    for old in (declined, opened, replace(opened, status=PaymentStatus.CANCELLED)):
        apply(payment, old)
    assert (payment.state, payment.decline_code) == (PaymentState.SUCCEEDED, None)
    assert order.state is OrderState.PAID


def test_a_decline_leaves_the_payment_open_for_another_card(session, gateway):
    order = make_order()
    token = start(order, gateway)
    gateway.decline(token, "expired_card")
    hear(gateway)
    payment = payments.find_last_payment(order.id)
    assert (payment.state, payment.decline_code) == (PaymentState.OPEN, "expired_card")
    assert start(order, gateway) == token
    gateway.pay(token)
    hear(gateway)
    assert (payment.state, order.state) == (PaymentState.SUCCEEDED, OrderState.PAID)


@pytest.mark.parametrize(
    "wrong", [{"amount_minor": 9_999}, {"amount_minor": 1_000_000}, {"currency": "JPY"}, {"application_fee_minor": 1}]
)
def test_money_that_differs_from_the_order_waits_for_people(session, gateway, wrong):
    order = make_order()
    pay(order, gateway)
    payment = payments.find_last_payment(order.id)
    snapshot = replace(snapshot_of(payment, gateway), **wrong)
    apply(payment, snapshot)
    apply(payment, snapshot_of(payment, gateway))  # review is left by people only
    assert (payment.state, order.state) == (PaymentState.REVIEW, OrderState.PLACED)
    assert messages_of(order) == []
    book = ledger.book_of(order.cooperative_id)
    assert ledger.balance(book, Account.UNALLOCATED_RECEIPTS) == -snapshot.amount_minor
    assert ledger.balance(book, Account.BUYER_ADVANCES) == 0
    with atomic():
        payments.request_refund(payment, snapshot.amount_minor, RefundReason.GOODWILL, by=None)
    assert ledger.balance(book, Account.UNALLOCATED_RECEIPTS) == 0
    assert ledger.balance(book, Account.REFUNDS_PAYABLE) == -snapshot.amount_minor


def test_money_of_another_account_is_not_booked(session, gateway):
    order = make_order()
    pay(order, gateway)
    payment = payments.find_last_payment(order.id)
    apply(payment, replace(snapshot_of(payment, gateway), account=make_cooperative().merchant_account))
    assert payment.state is PaymentState.REVIEW
    assert balances(ledger.book_of(order.cooperative_id)) == {}


def test_a_snapshot_of_another_payment_is_refused(session, gateway):
    first, second = make_order(), make_order()
    pay(first, gateway)
    start(second, gateway)
    snapshot = snapshot_of(payments.find_last_payment(first.id), gateway)
    with pytest.raises(SnapshotOfAnother):
        apply(payments.find_last_payment(second.id), snapshot)
    assert second.state is OrderState.PLACED


def test_b25_paid_after_the_goods_went_to_another_is_sent_back_and_told(session, gateway):
    """The last 20 kg: the hold runs out, someone else takes them, then the money comes."""
    order = make_order((Line(10_000, fee_minor=200, grams=20_000),))
    pay(order, gateway)
    line = order.lines[0]
    with clock.travel(order.hold_until):
        with atomic():
            assert ordering.expire_holds() == 1
            catalog.reserve(
                "order:other", {(line.season_id, line.grade_id): 20_000}, until=clock.now() + timedelta(hours=1)
            )
        hear(gateway)
    assert (order.state, order.cancel_reason) == (OrderState.CANCELLED, CancelReason.HOLD_EXPIRED)
    assert refunds_of(order) == [(RefundReason.GOODS_GONE, 10_000)]
    assert messages_of(order) == ["order.expired", "refund.requested"]
    refund_all(gateway)
    assert messages_of(order) == ["order.expired", "refund.requested", "refund.paid"]
    assert balances(ledger.book_of(order.cooperative_id)) == {"clearing": -300, "processor_fees": 300}
    assert balances(ledger.PLATFORM) == {}
    assert db.session.scalar(select(Stock.committed_g)) == 20_000


def test_paid_after_the_hold_goes_back_even_if_such_goods_are_there(session, gateway):
    order = make_order()
    pay(order, gateway)
    with clock.travel(order.hold_until):
        with atomic():
            ordering.expire_holds()
        hear(gateway)
    assert refunds_of(order) == [(RefundReason.GOODS_GONE, 10_000)]
    assert order.state is OrderState.CANCELLED
    assert db.session.scalar(select(Stock.committed_g)) == 0


def test_paid_late_counts_while_the_goods_are_still_held(session, gateway):
    order = make_order()
    pay(order, gateway)
    with clock.travel(order.hold_until + timedelta(seconds=1)):  # the sweep has not come by yet
        hear(gateway)
        assert order.state is OrderState.PAID
        with atomic():
            assert ordering.expire_holds() == 0
    assert refunds_of(order) == []


def test_goods_freed_under_an_order_that_still_waits_cancel_it(session, gateway):
    order = make_order()
    pay(order, gateway)
    with atomic():
        catalog.free(order.source)
    hear(gateway)
    assert (order.state, order.cancel_reason) == (OrderState.CANCELLED, CancelReason.GOODS_GONE)
    assert refunds_of(order) == [(RefundReason.GOODS_GONE, 10_000)]


def test_paid_after_the_order_was_cancelled_goes_back(session, gateway):
    order = make_order()
    token = start(order, gateway)
    with atomic():
        assert payments.cancel_order(order, CancelReason.BUYER, by=order.user_id) == []
    gateway.pay(token)  # faster than the job that closes the page
    payments.cancel_at_processor(payments.find_last_payment(order.id).id, gateway)
    assert payments.find_last_payment(order.id).state is PaymentState.SUCCEEDED
    assert refunds_of(order) == [(RefundReason.LATE, 10_000)]
    hear(gateway)
    assert refunds_of(order) == [(RefundReason.LATE, 10_000)]


def test_a_cancelled_orders_page_is_closed(session, gateway):
    order = make_order()
    token = start(order, gateway)
    with atomic():
        payments.cancel_order(order, CancelReason.COOPERATIVE, by=None)
    payments.cancel_at_processor(payments.find_last_payment(order.id).id, gateway)
    assert gateway.page(token).status is PaymentStatus.CANCELLED
    assert payments.find_last_payment(order.id).state is PaymentState.CANCELLED
    hear(gateway)
    assert refunds_of(order) == []


def test_paid_twice_the_second_goes_back_and_the_first_stands(session, gateway):
    order = make_order()
    first_token = start(order, gateway)
    first = payments.find_last_payment(order.id)
    apply(first, replace(snapshot_of(first, gateway), status=PaymentStatus.CANCELLED))  # as if its page had closed
    make_paid(order, gateway)
    gateway.pay(first_token)
    hear(gateway)
    assert first.state is PaymentState.SUCCEEDED
    assert order.state is OrderState.PAID
    assert refunds_of(order) == [(RefundReason.PAID_TWICE, 10_000)]
    assert db.session.scalars(select(Refund)).one().payment_id == first.id
    refund_all(gateway)
    assert balances(ledger.book_of(order.cooperative_id)) == {
        "clearing": 9_200,  # both fees of the processor are gone
        "buyer_advances": -10_000,
        "processor_fees": 600,
        "platform_fee_prepaid": 200,
    }


def test_a_second_success_after_acceptance_takes_nothing_from_the_sales(session, gateway):
    order = make_order()
    first_token = start(order, gateway)
    first = payments.find_last_payment(order.id)
    apply(first, replace(snapshot_of(first, gateway), status=PaymentStatus.CANCELLED))
    make_paid(order, gateway)
    accept(order)
    gateway.pay(first_token)
    hear(gateway)
    refund_all(gateway)
    book = ledger.book_of(order.cooperative_id)
    assert ledger.balance(book, Account.SALES_RETURNS) == 0
    assert ledger.balance(book, Account.BUYER_ADVANCES) == 0
    assert ledger.balance(book, Account.PLATFORM_FEE) == 200
    assert ledger.balance(book, Account.PLATFORM_FEE_PREPAID) == 0


def accept(order):
    """Post what the acceptance of an order's goods posts."""
    book, line = ledger.book_of(order.cooperative_id), order.lines[0]
    with atomic():
        order.state = OrderState.ACCEPTED
        ledger.post(
            book,
            ledger.Draft(
                f"acceptance:{order.id}",
                clock.today("Asia/Shanghai"),
                [
                    ledger.debit(Account.BUYER_ADVANCES, 10_000, "CNY", party=order.party, source=order.source),
                    ledger.credit(Account.SALES, 10_000, "CNY", pool=line.season.pool, source=order.source),
                ],
            ),
        )
        ledger.post(
            book,
            ledger.Draft(
                f"acceptance:{order.id}:fee",
                clock.today("Asia/Shanghai"),
                [
                    ledger.debit(Account.PLATFORM_FEE, 200, "CNY", pool=line.season.pool, source=order.source),
                    ledger.credit(Account.PLATFORM_FEE_PREPAID, 200, "CNY", source=order.source),
                ],
            ),
        )


@pytest.mark.parametrize(("currency", "amount"), [("JPY", 80), ("KRW", 1_000), ("CNY", 80_00), ("KWD", 1_234)])
def test_b64_an_amount_goes_through_unscaled_in_every_currency(session, gateway, currency, amount):
    order = make_order((Line(amount, fee_minor=amount // 50),), currency=currency)
    token = pay(order, gateway)
    page = gateway.page(token)
    assert (page.amount_minor, page.currency) == (amount, currency)
    hear(gateway)
    book = ledger.book_of(order.cooperative_id)
    assert order.state is OrderState.PAID
    assert ledger.balance(book, Account.BUYER_ADVANCES, currency=currency) == -amount
    assert {row.currency for row in ledger.balances(book)} == {currency}
    with atomic():
        payments.cancel_order(order, CancelReason.BUYER, by=None)
    refund_all(gateway)
    assert db.session.scalars(select(Refund.state)).one() is RefundState.SUCCEEDED
    fee = balances(book)["processor_fees"]
    assert balances(book) == {"clearing": -fee, "processor_fees": fee}


def test_commitments_become_firm_with_the_payment(session, gateway):
    order = make_order()
    make_paid(order, gateway)
    assert [row.state for row in db.session.scalars(select(Commitment))] == ["firm"]
