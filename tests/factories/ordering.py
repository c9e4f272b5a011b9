"""Baskets and orders, made through the front door."""

from itertools import count
from typing import Any

from marketplace import ordering
from marketplace.catalog import Pack
from marketplace.extensions import atomic
from marketplace.identity import User
from marketplace.ordering import Address, Basket, Order
from tests.factories.catalog import make_listing
from tests.factories.identity import make_buyer

_numbers = count(1)


def make_address(**other: str) -> Address:
    """Return an address as it is written on a parcel, without a postcode."""
    values = {
        "recipient": "陈雨",
        "phone": "13991834721",
        "province": "湖北省",
        "city": "武汉市",
        "district": "洪山区",
        "street": "花山镇土桥村 6 组 12 号",
    } | other
    return Address(**values)


def make_basket(buyer: User | None, *wants: tuple[Pack, int]) -> Basket:
    """Fill the basket of a buyer, or of somebody unknown."""
    with atomic():
        basket = ordering.open_basket(buyer_id=buyer.buyer_id if buyer else None)
        for pack, quantity in wants:
            ordering.put(basket, pack, quantity)
    return basket


def make_order(pack: Pack | None = None, quantity: int = 1, *, buyer: User | None = None, **address: Any) -> Order:
    """Place an order for one pack, of a new listing with 100 kg in store unless one is given."""
    kind = pack or make_listing(stock_g=100_000).packs[0]
    who = buyer or make_buyer()
    basket = make_basket(who, (kind, quantity))
    with atomic():
        (order,) = ordering.place(
            basket, make_address(**address), token=f"checkout {next(_numbers)}", by=who.id, seen={}
        )
    return order


def make_paid_order(pack: Pack | None = None, quantity: int = 1, *, buyer: User | None = None) -> Order:
    """Place an order and take it as paid, without money: its ledger knows of no advance."""
    order = make_order(pack, quantity, buyer=buyer)
    with atomic():
        assert ordering.mark_paid(order)
    return order
