"""From a payout back to the scale, the sales, the bills and the books, a page at a time."""

import importlib

import pytest

from marketplace import audit, fulfilment
from marketplace.catalog import PackInput
from marketplace.extensions import atomic, db
from marketplace.fulfilment import AcceptedBy
from marketplace.payouts import Payout
from tests.factories.catalog import make_listing
from tests.factories.costs import make_approved_bill, make_bill
from tests.factories.distribution import make_checked, make_pool
from tests.factories.fulfilment import make_shipped, post_payment
from tests.factories.ordering import make_paid_order
from tests.factories.payouts import make_sent, payouts_of

BOX = PackInput(grams=5_000, label="5 公斤箱", price_minor=68_00)


@pytest.fixture
def pool(session):
    """Two households with 50 and 30 kg in store, and a box of 5 kg that is sold."""
    season, members = make_pool((50_000, 30_000), sales_minor=0)
    return season, members, make_listing(season, packs=[BOX]).packs[0]


def sell_box(pack, quantity=1):
    order = make_paid_order(pack, quantity)
    post_payment(order)
    shipment = make_shipped(order)
    with atomic():
        fulfilment.accept(shipment, AcceptedBy.WORD)
    return order


def test_every_figure_of_a_payout_has_its_ground(pool):
    season, members, pack = pool
    first, second = sell_box(pack), sell_box(pack, 2)
    bill = make_approved_bill(season, 4_00)
    make_bill(season, 99_00)  # not approved: in no book
    run = make_checked(season)
    payout = payouts_of(make_sent(run))[0]
    later = sell_box(pack)
    make_approved_bill(season, 5_00)
    found = audit.trace(payout)
    assert [sale.order for sale in found.sales] == [first, second]
    assert later not in [sale.order for sale in found.sales]
    assert found.sales_total == 2
    assert [(sale.grams, sale.amount_minor, sale.payment) for sale in found.sales] == [
        (5_000, 68_00, None),
        (10_000, 136_00, None),
    ]
    assert list(found.bills) == [bill]
    assert [(w.member_id, w.accepted_g) for w in found.weighings] == [(members[0].id, 50_000)]
    assert [lot.accepted_g for lot in found.lots] == [80_000]
    assert all(sale.has_own_goods for sale in found.sales)
    assert {entry.transaction.reference for entry in found.sales[0].entries} >= {
        f"payment:order-{first.id}",
        f"acceptance:{found.sales[0].shipment.id}",
    }
    assert {entry.transaction.reference for entry in found.entries} == {f"run:{run.id}", f"payout:{payout.id}"}
    assert found.line.amount_minor == payout.amount_minor == found.allocation.amount_minor
    assert sum(entry.amount_minor for entry in found.entries if entry.party == members[0].party) == -payout.amount_minor


def test_the_sales_of_a_large_pool_come_by_the_page_in_as_many_queries(pool, queries, monkeypatch):
    season, _members, pack = pool
    room = importlib.import_module("marketplace.audit.trace")
    orders = [sell_box(pack).id for _ in range(5)]
    payout_id = payouts_of(make_sent(make_checked(season)))[0].id
    counts = set()
    for size, offset in ((1, 0), (2, 2), (5, 0)):
        monkeypatch.setattr(room, "PAGE", size)
        with queries(20) as seen:  # which forgets what the session has loaded
            page = audit.trace(db.session.get_one(Payout, payout_id), offset=offset)
        assert [sale.order.id for sale in page.sales] == orders[offset : offset + size]
        assert page.sales_total == 5
        counts.add(len(seen))
    assert len(counts) == 1


def test_goods_of_other_lots_are_not_ones_own(session):
    season, _members = make_pool((50_000,), sales_minor=0)
    other, _others = make_pool((50_000,), sales_minor=0)
    sell_box(make_listing(season, packs=[BOX]).packs[0])
    sell_box(make_listing(other, packs=[BOX]).packs[0])
    payout = payouts_of(make_sent(make_checked(season)))[0]
    assert [sale.lines[0].season_id for sale in audit.trace(payout).sales] == [season.id]


def test_only_the_own_legs_of_a_run_are_shown(pool):
    season, members, pack = pool
    sell_box(pack)
    payout = payouts_of(make_sent(make_checked(season)))[1]
    parties = {entry.party for entry in audit.trace(payout).entries}
    assert parties == {None, members[1].party}
