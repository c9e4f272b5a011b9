"""Packing from lots, shipping, cancelling what is packed."""

from datetime import timedelta

import pytest

from marketplace import catalog, fulfilment, intake, notifications, ordering, trail
from marketplace.cooperatives import StaffRole
from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.extensions import atomic, db
from marketplace.fulfilment import LotAllocation, Shipment
from marketplace.fulfilment.rules import INSPECTION, RETURN_PERIOD, TRAVEL
from marketplace.identity import BuyerKind
from marketplace.intake import Lot
from marketplace.ordering import CancelReason, OrderState, WrongMove
from marketplace.produce import ReturnClass
from tests.factories.catalog import make_listing
from tests.factories.cooperatives import make_member, make_staff
from tests.factories.fulfilment import make_packed, make_shipped
from tests.factories.identity import make_buyer
from tests.factories.intake import make_weighing
from tests.factories.ordering import make_basket, make_order, make_paid_order
from tests.factories.produce import grade_of, make_product, make_season

pytestmark = pytest.mark.usefixtures("session")


def allocations(shipment):
    return [(row.order_line_id, row.lot.code, row.allocated_g) for row in shipment.allocations]


def two_days_of_harvest():
    """A listing whose store holds 8 kg of yesterday and 30 kg of today."""
    listing = make_listing()
    now = clock.now()
    for net_g, at in ((8_000, now - timedelta(days=1)), (30_000, now)):
        make_weighing(season=listing.season, grade=listing.grade, net_g=net_g, weighed_at=at)
    return listing


def clerk_of(order):
    return make_staff(order.cooperative, StaffRole.CLERK).id


def test_lots_leave_first_in_first_out():
    listing = two_days_of_harvest()
    first, second = (make_packed(make_paid_order(listing.packs[0])) for _ in range(2))
    older, newer = db.session.query(Lot).order_by(Lot.taken_in_on)
    assert [(row.lot, row.allocated_g) for row in first.allocations] == [(older, 5_000)]
    assert [(row.lot, row.allocated_g) for row in second.allocations] == [(older, 3_000), (newer, 2_000)]
    assert (older.allocated_g, newer.allocated_g) == (8_000, 2_000)
    assert first.box_code != second.box_code


def test_packing_twice_is_packing_once():
    order = make_paid_order()
    shipment = make_packed(order)
    assert make_packed(order) is shipment
    assert db.session.query(LotAllocation).count() == 1
    assert order.state is OrderState.PACKED
    assert [entry.verb for entry in trail.list_of(f"shipment:{shipment.id}")] == ["shipment.packed"]


def test_what_is_not_paid_is_not_packed():
    order = make_order()
    with atomic(), pytest.raises(WrongMove):
        fulfilment.pack(order, by=clerk_of(order))
    assert db.session.query(Shipment).count() == 0


@pytest.mark.parametrize(
    ("return_class", "kind", "days"),
    [
        (ReturnClass.FRESH, BuyerKind.PERSON, INSPECTION),
        (ReturnClass.SEVEN_DAYS, BuyerKind.PERSON, RETURN_PERIOD),
        (ReturnClass.SEVEN_DAYS, BuyerKind.INSTITUTION, INSPECTION),
    ],
)
def test_shipping_says_until_when_the_goods_are_looked_over(return_class, kind, days):
    listing = make_listing(make_season(make_product(return_class=return_class)), stock_g=50_000)
    order = make_paid_order(listing.packs[0], buyer=make_buyer(kind=kind))
    shipment = make_shipped(order)
    assert order.state is OrderState.SHIPPED
    assert (shipment.carrier, shipment.tracking_number) == ("顺丰速运", "SF1400000001")
    assert shipment.accept_by - shipment.shipped_at == TRAVEL + days
    assert catalog.check_stock() == []
    (message,) = notifications.list_for(order.user_id, limit=9)
    assert (message.template, message.parameters["tracking_number"]) == ("order.shipped", "SF1400000001")


def test_the_longer_period_counts_for_a_mixed_order():
    season = make_season()
    fresh = make_listing(season, stock_g=50_000)
    tea = make_listing(
        make_season(make_product(season.product.cooperative, return_class=ReturnClass.SEVEN_DAYS)), stock_g=50_000
    )
    buyer = make_buyer()
    make_basket(buyer, (tea.packs[0], 1))
    order = make_paid_order(fresh.packs[0], buyer=buyer)
    assert len(order.lines) == 2
    shipment = make_shipped(order)
    assert shipment.accept_by - shipment.shipped_at == TRAVEL + RETURN_PERIOD


def test_the_same_parcel_is_sent_once():
    order = make_paid_order()
    shipment = make_shipped(order)
    by, at = clerk_of(order), shipment.shipped_at
    with atomic():
        fulfilment.ship(order, carrier="顺丰速运", tracking_number="SF1400000001", by=by)
    assert shipment.shipped_at == at
    with atomic(), pytest.raises(WrongMove):
        fulfilment.ship(order, carrier="中国邮政", tracking_number="EMS1", by=by)
    assert shipment.carrier == "顺丰速运"


def test_what_is_not_packed_is_not_shipped_and_a_parcel_needs_a_number():
    order = make_paid_order()
    by = clerk_of(order)
    with atomic(), pytest.raises(WrongMove):
        fulfilment.ship(order, carrier="顺丰速运", tracking_number="SF1", by=by)
    make_packed(order)
    with atomic(), pytest.raises(FieldError):
        fulfilment.ship(order, carrier="顺丰速运", tracking_number=" ", by=by)
    assert order.state is OrderState.PACKED


def test_cancelling_a_packed_order_gives_its_lots_back_once():
    listing = two_days_of_harvest()
    order = make_paid_order(listing.packs[0], 2)
    make_packed(order)
    by = clerk_of(order)
    with atomic():
        fulfilment.cancel(order, CancelReason.COOPERATIVE, by=by)
        fulfilment.cancel(order, CancelReason.COOPERATIVE, by=by)
    assert (order.state, order.cancel_reason) == (OrderState.CANCELLED, CancelReason.COOPERATIVE)
    assert [lot.allocated_g for lot in db.session.query(Lot)] == [0, 0]
    assert db.session.query(Shipment).count() == db.session.query(LotAllocation).count() == 0
    assert catalog.available_g([listing]) == {listing.id: 38_000}
    assert catalog.check_stock() == []


def test_a_buyer_does_not_cancel_what_is_packed():
    order = make_paid_order()
    shipment = make_packed(order)
    with atomic(), pytest.raises(WrongMove):
        fulfilment.cancel(order, CancelReason.BUYER, by=order.user_id)
    assert order.state is OrderState.PACKED
    assert len(shipment.allocations) == 1


def test_what_has_left_is_not_cancelled():
    order = make_paid_order()
    make_shipped(order)
    with atomic(), pytest.raises(WrongMove):
        fulfilment.cancel(order, CancelReason.COOPERATIVE, by=clerk_of(order))
    assert order.state is OrderState.SHIPPED


def test_the_pick_list_goes_by_lot_and_by_who_paid_first():
    listing = two_days_of_harvest()
    home = listing.cooperative
    one, two = make_order(listing.packs[0]), make_order(listing.packs[0])
    for order in (two, one):
        with atomic():
            ordering.mark_paid(order)
    make_packed(make_paid_order(make_listing(stock_g=9_000).packs[0]))
    make_order(listing.packs[0])  # not paid
    older, newer = fulfilment.pick_list(home.id)
    assert [(pick.line.order, pick.grams) for pick in older.lines] == [(two, 5_000), (one, 3_000)]
    assert [(pick.line.order, pick.grams) for pick in newer.lines] == [(one, 2_000)]
    assert (older.grams, newer.grams) == (8_000, 2_000)
    assert older.lot.taken_in_on < newer.lot.taken_in_on
    assert fulfilment.pick_list(make_listing().cooperative_id) == []


def test_an_order_is_followed_back_to_members_and_the_public_sees_groups_only():
    listing = make_listing()
    home = listing.cooperative
    one, two = make_member(home, "张建国", village_group="一组"), make_member(home, "李秀英", village_group="二组")
    for member in (one, two):
        make_weighing(member, listing.season, listing.grade, net_g=9_000)
    order = make_paid_order(listing.packs[1])
    shipment = make_shipped(order)
    (traced,) = fulfilment.trace(order.id)
    assert (traced.line, traced.allocated_g) == (order.lines[0], 10_000)
    assert [(weighing.member, weighing.accepted_g) for weighing in traced.weighings] == [(one, 9_000), (two, 9_000)]
    (origin,) = fulfilment.origins(order.id)
    assert (origin.lot_code, origin.taken_in_on, origin.groups) == (
        traced.lot.code,
        traced.lot.taken_in_on,
        ("一组", "二组"),
    )
    assert not any(name in repr(vars(origin)["groups"]) for name in (one.name, two.name))
    assert fulfilment.find_box(shipment.box_code) is shipment


def test_a_box_that_has_not_left_is_unknown():
    shipment = make_packed()
    assert fulfilment.find_box(shipment.box_code) is None
    assert fulfilment.find_box("NOSUCHBOX") is None


def test_grades_of_one_season_come_from_their_own_lots():
    season = make_season()
    first, second = (make_listing(season, grade_of(season, place), stock_g=20_000) for place in (0, 1))
    buyer = make_buyer()
    make_basket(buyer, (second.packs[0], 1))
    shipment = make_packed(make_paid_order(first.packs[0], buyer=buyer))
    assert {(row.order_line.grade_id, row.lot.grade_id) for row in shipment.allocations} == {
        (first.grade_id, first.grade_id),
        (second.grade_id, second.grade_id),
    }
    assert intake.weighings_of_lots([row.lot_id for row in shipment.allocations])
