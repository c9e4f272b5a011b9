"""Acceptance: by word or by silence, posted once, in the pools of the lines (`domain.md` 3)."""

from datetime import timedelta

import pytest

from marketplace import catalog, fulfilment, ledger, ordering, trail
from marketplace.core import clock
from marketplace.extensions import atomic
from marketplace.fulfilment import AcceptedBy, StillTime
from marketplace.ledger import PLATFORM, Account
from marketplace.ordering import OrderState, WrongMove
from tests.factories.catalog import make_listing
from tests.factories.fulfilment import make_packed, make_shipped, post_payment
from tests.factories.identity import make_buyer
from tests.factories.ordering import make_basket, make_paid_order
from tests.factories.produce import make_product, make_season

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture(autouse=True)
def fee(session):
    with atomic():
        catalog.set_fee_rate(clock.today("Asia/Shanghai"), 200, by=None)


def two_pools():
    """An order over two pools: exempt apples for 68.00, taxed tea for 128.00, delivery 27.00."""
    apples = make_listing(stock_g=50_000)
    home = apples.cooperative
    tea = make_listing(make_season(make_product(home, tax_bp=900, tax_reason="processed")), stock_g=50_000)
    buyer = make_buyer()
    make_basket(buyer, (tea.packs[1], 1))
    order = make_paid_order(apples.packs[0], buyer=buyer)
    return order, apples.season.pool, tea.season.pool


def accept(shipment, how=AcceptedBy.WORD, by=None):
    with atomic():
        fulfilment.accept(shipment, how, by=by)


def booked(order, book=None):
    """All balances of an order, debit positive."""
    rows = ledger.balances(book or ledger.book_of(order.cooperative_id), by=("account", "pool"), source=order.source)
    return {(row.account, row.pool): row.amount_minor for row in rows}


def test_a_paid_order_becomes_sales_by_pool():
    order, apples, tea = two_pools()
    post_payment(order)
    assert (order.goods_minor, order.delivery_minor, order.total_minor) == (196_00, 27_00, 223_00)
    shipment = make_shipped(order)
    accept(shipment, by=order.user_id)
    assert order.state is OrderState.ACCEPTED
    assert (shipment.accepted_by, shipment.accepted_at is not None) == (AcceptedBy.WORD, True)
    assert booked(order) == {
        (Account.CLEARING, None): 223_00 - 3_92,
        (Account.SALES, apples): -68_00,
        (Account.SALES, tea): -(128_00 - 10_57),
        (Account.TAX_PAYABLE, None): -10_57,
        (Account.DELIVERY_INCOME, apples): -9_37,
        (Account.DELIVERY_INCOME, tea): -17_63,
        (Account.PLATFORM_FEE, apples): 1_36,
        (Account.PLATFORM_FEE, tea): 2_56,
    }
    assert booked(order, PLATFORM) == {(Account.CLEARING, None): 3_92, (Account.FEE_INCOME, None): -3_92}
    references = [f"acceptance:{shipment.id}", f"acceptance:{shipment.id}:fee"]
    posted = ledger.list_transactions(ledger.book_of(order.cooperative_id), references)
    assert [transaction.reference for transaction in posted] == references


@pytest.mark.parametrize("advance", [0, 1, 100_00])
def test_what_was_not_paid_is_receivable(advance):
    order, _apples, _tea = two_pools()
    if advance:
        post_payment(order, advance)
    accept(make_shipped(order))
    rows = booked(order)
    assert rows[Account.RECEIVABLE, None] == 223_00 - advance
    assert (Account.BUYER_ADVANCES, None) not in rows
    if not advance:  # nothing was prepaid of the platform's fee either
        assert rows[Account.PLATFORM_FEE_OWED, None] == -3_92
        assert booked(order, PLATFORM) == {(Account.FEES_RECEIVABLE, None): 3_92, (Account.FEE_INCOME, None): -3_92}


def test_accepting_twice_posts_once():
    order, _apples, _tea = two_pools()
    post_payment(order)
    shipment = make_shipped(order)
    accept(shipment)
    before, at = booked(order), shipment.accepted_at
    accept(shipment)
    accept(shipment, AcceptedBy.SILENCE)
    assert (booked(order), shipment.accepted_at, shipment.accepted_by) == (before, at, AcceptedBy.WORD)
    verbs = [entry.verb for entry in trail.list_of(f"shipment:{shipment.id}")]
    assert verbs == ["shipment.packed", "shipment.shipped", "shipment.accepted"]


def test_what_has_not_left_is_not_accepted():
    shipment = make_packed()
    with pytest.raises(WrongMove):
        accept(shipment)
    assert booked(shipment.order) == {}


def test_without_a_fee_none_is_posted():
    with atomic():
        catalog.set_fee_rate(clock.today("Asia/Shanghai"), 0, by=None)
    shipment = make_shipped()
    accept(shipment)
    assert ledger.find(f"acceptance:{shipment.id}:fee", PLATFORM) is None


def test_silence_counts_only_when_its_time_has_come():
    shipment = make_shipped()
    with clock.travel(shipment.accept_by - timedelta(seconds=1)):
        with pytest.raises(StillTime):
            accept(shipment, AcceptedBy.SILENCE)
        with atomic():
            assert fulfilment.accept_silent() == 0
    with clock.travel(shipment.accept_by), atomic():
        assert fulfilment.accept_silent() == 1
        assert fulfilment.accept_silent() == 0
    assert (shipment.order.state, shipment.accepted_by) == (OrderState.ACCEPTED, AcceptedBy.SILENCE)


def test_one_bad_shipment_stops_none_of_the_others(monkeypatch, caplog):
    shipments = [make_shipped() for _ in range(3)]
    mark = ordering.mark_accepted

    def refuse(order):
        if order is shipments[1].order:
            raise ValueError("broken")
        mark(order)

    with monkeypatch.context() as broken, clock.travel(shipments[-1].accept_by), atomic():
        broken.setattr(ordering, "mark_accepted", refuse)
        assert fulfilment.accept_silent() == 2
    assert [s.order.state for s in shipments] == [OrderState.ACCEPTED, OrderState.SHIPPED, OrderState.ACCEPTED]
    assert f"shipment {shipments[1].id}" in caplog.text
    assert booked(shipments[1].order) == {}


def test_a_price_agreed_at_placing_stands_after_a_later_change():
    """Fault B37, its mirror image: the price changes while the buyer is at the bank."""
    pack = make_listing(stock_g=50_000).packs[0]
    order = make_paid_order(pack)
    with atomic():
        catalog.set_pack_price(pack, 99_00, by=order.user_id)
    post_payment(order)
    accept(make_shipped(order))
    assert booked(order)[Account.SALES, order.lines[0].season.pool] == -68_00
    assert (Account.RECEIVABLE, None) not in booked(order)
