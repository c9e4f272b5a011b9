"""Placing orders: one per cooperative, once per checkout, at prices that the buyer saw."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby

from sqlalchemy import select

from marketplace import catalog, trail
from marketplace.catalog import Pack
from marketplace.cooperatives import Cooperative
from marketplace.core import clock, ids
from marketplace.extensions import db
from marketplace.identity import User
from marketplace.ordering import rules
from marketplace.ordering.address import Address, clean_address
from marketplace.ordering.basket import is_sold, load_lines, lock
from marketplace.ordering.errors import BasketChanged, NothingToOrder, PriceChanged
from marketplace.ordering.models import Basket, BasketLine, Order, OrderLine
from marketplace.ordering.states import OrderState


def place(
    basket: Basket | None,
    address: Address,
    *,
    token: str,
    by: int,
    seen: Mapping[int, int],
    at_most_minor: int | None = None,
) -> Sequence[Order]:
    """Order what a basket holds, one order per cooperative, and hold the goods; what was ordered leaves the basket.

    The same token of the same buyer gives the first orders again, whatever became of the basket. `seen` holds, by
    pack, the price that the buyer agreed to; without it the one at which it was put in counts. A lower price is passed
    on, a higher one raises PriceChanged. `at_most_minor` is the total that the page showed; more raises BasketChanged.
    What is no longer sold stays behind and blocks nothing. Raises NothingToOrder, `catalog.NotEnough` (left_g=) and
    the FieldErrors of `clean_address`; then nothing is written.
    """
    user = db.session.get_one(User, by)
    if user.buyer_id is None:
        raise ValueError("only a buyer orders")
    checkout_token = _of_buyer(token, user.buyer_id)
    first = list_placed(checkout_token, user.buyer_id)
    if first:
        return first
    address = clean_address(address)
    if basket is None:
        raise NothingToOrder
    lock(basket)
    first = list_placed(checkout_token, user.buyer_id)  # another tab held the basket until now
    if first:
        return first
    lines = _sold_lines(basket)
    risen = [line.pack_id for line in lines if line.pack.price_minor > seen.get(line.pack_id, line.seen_price_minor)]
    if risen:
        raise PriceChanged(pack_ids=risen)
    made = []
    for cooperative, own in groupby(lines, key=lambda line: line.pack.listing.cooperative):
        made.append(_place_one(user, cooperative, list(own), address, checkout_token))
    if at_most_minor is not None and sum(order.total_minor for order in made) > at_most_minor:
        raise BasketChanged
    for line in lines:
        basket.lines.remove(line)
    basket.touched_at = clock.now()
    db.session.flush()
    return made


def list_placed(checkout_token: str, buyer_id: int) -> Sequence[Order]:
    """List the orders of one checkout of a buyer, by cooperative."""
    return db.session.scalars(
        select(Order)
        .where(Order.checkout_token == checkout_token, Order.buyer_id == buyer_id)
        .order_by(Order.cooperative_id)
    ).all()


def _of_buyer(token: str, buyer_id: int) -> str:
    """Return what is stored of a form's token, so that no buyer's token can meet another's, whatever a form sends."""
    return hashlib.sha256(f"{buyer_id}:{token}".encode()).hexdigest()[:40]


def _sold_lines(basket: Basket) -> list[BasketLine]:
    """Load what can be bought, by cooperative, and keep its prices still until the transaction ends."""
    packs = select(BasketLine.pack_id).where(BasketLine.basket_id == basket.id)
    db.session.scalars(
        select(Pack)
        .where(Pack.id.in_(packs))
        .order_by(Pack.id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    ).all()
    lines = [line for line in load_lines(basket) if is_sold(line)]
    if not lines:
        raise NothingToOrder
    return sorted(lines, key=lambda line: (line.pack.listing.cooperative_id, line.id))


def _place_one(
    user: User, cooperative: Cooperative, lines: Sequence[BasketLine], address: Address, checkout_token: str
) -> Order:
    now, today = clock.now(), clock.today(cooperative.zone)
    wanted = [
        rules.Wanted(
            key=f"pack:{line.pack_id}/{checkout_token}",
            unit_price_minor=line.pack.price_minor,
            quantity=line.quantity,
            tax_bp=line.pack.listing.product.tax_bp,
        )
        for line in lines
    ]
    grams = sum(line.pack.grams * line.quantity for line in lines)
    fee_bp = catalog.fee_rate(today)
    money = rules.price(wanted, catalog.delivery_fee(cooperative.id, grams, today), fee_bp)
    order = _order(user, cooperative, address, money, today)
    order.checkout_token, order.placed_at, order.hold_until = checkout_token, now, now + rules.HOLD
    order.lines = [
        _line(line, part, tax_bp=want.tax_bp, fee_bp=fee_bp)
        for line, want, part in zip(lines, wanted, money.lines, strict=True)
    ]
    db.session.add(order)
    db.session.flush()
    wants: dict[tuple[int, int], int] = {}
    for row in order.lines:
        key = (row.season_id, row.grade_id)
        wants[key] = wants.get(key, 0) + row.grams
    catalog.reserve(order.source, wants, until=order.hold_until)
    trail.record(
        "order.placed",
        f"order:{order.id}",
        by=user.id,
        cooperative_id=cooperative.id,
        after={"total_minor": order.total_minor, "currency": order.currency, "lines": len(order.lines)},
    )
    return order


def _order(user: User, cooperative: Cooperative, address: Address, money: rules.OrderMoney, today: date) -> Order:
    return Order(
        number=ids.new_code(),
        cooperative=cooperative,
        buyer_id=user.buyer_id,
        user=user,
        state=OrderState.PLACED,
        currency=cooperative.currency,
        goods_minor=money.goods_minor,
        delivery_minor=money.delivery_minor,
        total_minor=money.total_minor,
        recipient=address.recipient,
        phone=address.phone,
        province=address.province,
        city=address.city,
        district=address.district,
        street=address.street,
        postcode=address.postcode or None,
        note=address.note,
        placed_on=today,
    )


def _line(line: BasketLine, money: rules.LineMoney, *, tax_bp: int, fee_bp: int) -> OrderLine:
    pack, listing = line.pack, line.pack.listing
    return OrderLine(
        listing=listing,
        pack=pack,
        season_id=listing.season_id,
        grade_id=listing.grade_id,
        title=listing.title,
        title_en=listing.title_en,
        grade_name=listing.grade.name,
        grade_name_en=listing.grade.name_en,
        grade_rank=listing.grade.rank,
        pack_label=pack.label,
        pack_label_en=pack.label_en,
        picture=listing.picture,
        pack_g=pack.grams,
        quantity=line.quantity,
        grams=pack.grams * line.quantity,
        unit_price_minor=pack.price_minor,
        amount_minor=money.amount_minor,
        tax_bp=tax_bp,
        tax_minor=money.tax_minor,
        fee_bp=fee_bp,
        fee_minor=money.fee_minor,
        delivery_minor=money.delivery_minor,
    )
