"""Baskets: one per buyer, or one per cookie before somebody logs in."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from marketplace import catalog
from marketplace.catalog import Listing, NoTariff, Pack
from marketplace.cooperatives import Cooperative
from marketplace.core import clock, ids
from marketplace.core.errors import FieldError
from marketplace.extensions import db
from marketplace.identity import Buyer
from marketplace.ordering.errors import NotSold
from marketplace.ordering.models import Basket, BasketLine
from marketplace.ordering.rules import MOST_PACKS


@dataclass(frozen=True)
class BasketItem:
    """A line of a basket beside what is true now; amounts in minor units."""

    line: BasketLine
    is_sold: bool
    left: int  # packs of this kind in store

    @property
    def pack(self) -> Pack:
        """What is wanted."""
        return self.line.pack

    @property
    def listing(self) -> Listing:
        """Where it is offered."""
        return self.line.pack.listing

    @property
    def price_minor(self) -> int:
        """The price of now."""
        return self.pack.price_minor

    @property
    def amount_minor(self) -> int:
        """What the line comes to now."""
        return self.pack.price_minor * self.line.quantity

    @property
    def has_new_price(self) -> bool:
        """Say whether the price differs from the one that was seen."""
        return self.is_sold and self.price_minor != self.line.seen_price_minor

    @property
    def must_agree(self) -> bool:
        """Say whether the price rose; a lower one is passed on without a question."""
        return self.is_sold and self.price_minor > self.line.seen_price_minor

    @property
    def has_enough(self) -> bool:
        """Say whether the store holds what is wanted."""
        return self.line.quantity <= self.left


@dataclass(frozen=True)
class BasketPart:
    """What is bought of one cooperative, which becomes one order; amounts in minor units."""

    cooperative: Cooperative
    items: tuple[BasketItem, ...]
    grams: int
    goods_minor: int
    delivery_minor: int

    @property
    def total_minor(self) -> int:
        """Goods and delivery."""
        return self.goods_minor + self.delivery_minor


@dataclass(frozen=True)
class BasketView:
    """A basket as it stands now: parts that can be bought, and what is no longer sold."""

    parts: tuple[BasketPart, ...]
    gone: tuple[BasketItem, ...]

    @property
    def items(self) -> list[BasketItem]:
        """All that can be bought."""
        return [item for part in self.parts for item in part.items]

    @property
    def totals(self) -> list[tuple[int, str]]:
        """What all parts come to, by currency."""
        sums: dict[str, int] = {}
        for part in self.parts:
            sums[part.cooperative.currency] = sums.get(part.cooperative.currency, 0) + part.total_minor
        return [(amount, currency) for currency, amount in sorted(sums.items())]


def find_basket(key: str | None = None, *, buyer_id: int | None = None) -> Basket | None:
    """Find a buyer's basket, or that of a cookie as long as no buyer has it."""
    if buyer_id is not None:
        return db.session.scalars(select(Basket).where(Basket.buyer_id == buyer_id)).one_or_none()
    if not key:
        return None
    return db.session.scalars(select(Basket).where(Basket.key == key, Basket.buyer_id.is_(None))).one_or_none()


def open_basket(key: str | None = None, *, buyer_id: int | None = None) -> Basket:
    """Find a basket or make one; its key is a new one that nobody guesses."""
    if buyer_id is not None:
        _lock_buyer(buyer_id)
    found = find_basket(key, buyer_id=buyer_id)
    if found is not None:
        return found
    basket = Basket(key=ids.new_token(), buyer_id=buyer_id, touched_at=clock.now())
    db.session.add(basket)
    db.session.flush()
    return basket


def put(basket: Basket, pack: Pack, quantity: int, *, seen_price_minor: int | None = None) -> BasketLine:
    """Put packs into a basket, at the price that was seen, or else that of now.

    What goes over the most of one kind stays out. Raises NotSold, FieldError `bad_quantity`.
    """
    _check_quantity(quantity)
    if pack.archived_at is not None or not catalog.on_sale(pack.listing, clock.today(pack.listing.cooperative.zone)):
        raise NotSold(pack_id=pack.id)
    lock(basket)
    line = _line(basket, pack.id)
    if line is None:
        line = BasketLine(pack=pack, quantity=0)
        basket.lines.append(line)
    line.quantity = min(line.quantity + quantity, MOST_PACKS)
    line.seen_price_minor = pack.price_minor if seen_price_minor is None else seen_price_minor
    _touch(basket)
    return line


def set_quantity(basket: Basket, pack_id: int, quantity: int) -> None:
    """Set how many of a pack are wanted; none takes it out. Raises FieldError `bad_quantity`."""
    lock(basket)
    line = _line(basket, pack_id)
    if quantity == 0:
        remove(basket, pack_id)
        return
    _check_quantity(quantity)
    if line is not None:
        line.quantity = quantity
        _touch(basket)


def remove(basket: Basket, pack_id: int) -> None:
    """Take a pack out of a basket. Doing it twice changes nothing."""
    line = _line(basket, pack_id)
    if line is not None:
        basket.lines.remove(line)
        _touch(basket)


def agree(basket: Basket) -> None:
    """Take the prices of now as seen."""
    lock(basket)
    for line in basket.lines:
        line.seen_price_minor = line.pack.price_minor
    _touch(basket)


def adopt(key: str | None, buyer_id: int) -> Basket | None:
    """Give the basket of a cookie to a buyer who logs in; what the buyer had in an own basket stays beside it."""
    _lock_buyer(buyer_id)
    anonymous = find_basket(key)
    if anonymous is None:
        return find_basket(buyer_id=buyer_id)
    return merge(anonymous, buyer_id)


def merge(anonymous: Basket, buyer_id: int) -> Basket:
    """Empty an anonymous basket into a buyer's own; of a pack in both there are as many as in both together."""
    _lock_buyer(buyer_id)
    own = find_basket(buyer_id=buyer_id)
    if own is None:
        anonymous.buyer_id = buyer_id
        _touch(anonymous)
        return anonymous
    for basket in sorted((own, anonymous), key=lambda basket: basket.id):
        lock(basket)
    for line in anonymous.lines:
        there = _line(own, line.pack_id)
        if there is None:
            there = BasketLine(pack_id=line.pack_id, quantity=0)
            own.lines.append(there)
        there.quantity = min(there.quantity + line.quantity, MOST_PACKS)
        there.seen_price_minor = line.seen_price_minor
    db.session.delete(anonymous)
    _touch(own)
    return own


def count_packs(key: str | None = None, *, buyer_id: int | None = None) -> int:
    """Count the packs in a basket, in one query; none without a key."""
    owner = Basket.buyer_id == buyer_id if buyer_id is not None else (Basket.key == key) & Basket.buyer_id.is_(None)
    if buyer_id is None and not key:
        return 0
    return (
        db.session.scalar(select(func.coalesce(func.sum(BasketLine.quantity), 0)).join(BasketLine.basket).where(owner))
        or 0
    )


def load_lines(basket: Basket) -> Sequence[BasketLine]:
    """Load a basket's lines with all that says whether they can be bought, in a constant number of queries."""
    listing = joinedload(BasketLine.pack, innerjoin=True).joinedload(Pack.listing, innerjoin=True)
    return db.session.scalars(
        select(BasketLine)
        .where(BasketLine.basket_id == basket.id)
        .order_by(BasketLine.id)
        .options(
            listing.joinedload(Listing.cooperative, innerjoin=True),
            listing.joinedload(Listing.product, innerjoin=True),
            listing.joinedload(Listing.grade, innerjoin=True),
            listing.selectinload(Listing.packs),
        )
    ).all()


def is_sold(line: BasketLine) -> bool:
    """Say whether what a line wants is still offered today."""
    listing = line.pack.listing
    return line.pack.archived_at is None and catalog.on_sale(listing, clock.today(listing.cooperative.zone))


def look(basket: Basket | None) -> BasketView:
    """Look over a basket: what can be bought, of whom, at which price with delivery, and what is no longer sold."""
    if basket is None:
        return BasketView((), ())
    lines = load_lines(basket)
    available = catalog.available_g([line.pack.listing for line in lines])
    items = [BasketItem(line, is_sold(line), available[line.pack.listing_id] // line.pack.grams) for line in lines]
    parts, gone = [], [item for item in items if not item.is_sold]
    by_cooperative: dict[Cooperative, list[BasketItem]] = {}
    for item in items:
        if item.is_sold:
            by_cooperative.setdefault(item.listing.cooperative, []).append(item)
    for cooperative, own in by_cooperative.items():
        grams = sum(item.pack.grams * item.line.quantity for item in own)
        try:
            delivery = catalog.delivery_fee(cooperative.id, grams, clock.today(cooperative.zone))
        except NoTariff:  # its tariff begins later: nothing of it can be sent yet
            gone += [BasketItem(item.line, False, 0) for item in own]
            continue
        parts.append(BasketPart(cooperative, tuple(own), grams, sum(item.amount_minor for item in own), delivery))
    return BasketView(tuple(sorted(parts, key=lambda part: part.cooperative.id)), tuple(gone))


def changes(basket: Basket | None) -> tuple[list[BasketItem], list[BasketItem]]:
    """Return what has another price than was seen, and what is no longer sold."""
    view = look(basket)
    return [item for item in view.items if item.has_new_price], list(view.gone)


def lock(basket: Basket) -> None:
    """Hold a basket until the transaction ends, and read its lines afresh."""
    db.session.flush()
    db.session.refresh(basket, ["touched_at", "buyer_id"], with_for_update=True)
    db.session.expire(basket, ["lines"])


def _lock_buyer(buyer_id: int) -> None:
    """Let one request at a time make or merge a buyer's basket."""
    db.session.execute(select(Buyer.id).where(Buyer.id == buyer_id).with_for_update())


def _line(basket: Basket, pack_id: int) -> BasketLine | None:
    return next((line for line in basket.lines if line.pack_id == pack_id), None)


def _check_quantity(quantity: int) -> None:
    if not 1 <= quantity <= MOST_PACKS:
        raise FieldError("bad_quantity", "quantity", most=MOST_PACKS)


def _touch(basket: Basket) -> None:
    basket.touched_at = clock.now()
    db.session.flush()
