"""Orders that wait for a payment, and what the processor says about them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from sqlalchemy import select

from marketplace import ledger, payments
from marketplace.catalog import Commitment, CommitmentState, Listing, Pack, Priority, Stock
from marketplace.cooperatives import Cooperative
from marketplace.core import clock
from marketplace.extensions import atomic, db
from marketplace.gateway import SimulatedGateway
from marketplace.identity import User
from marketplace.ordering import Order, OrderLine, OrderState
from marketplace.payments import Payment, Refund, RefundState, ReturnUrls
from marketplace.produce import Category, Grade, Product, ReturnClass, Season, TaxReason
from tests.factories.cooperatives import make_cooperative
from tests.factories.identity import make_buyer

_numbers = count(1)
HOLD = timedelta(minutes=30)


@dataclass(frozen=True)
class Line:
    """A line of an order: its amount with tax, and what is frozen beside it."""

    amount_minor: int = 10_000
    fee_minor: int = 200
    tax_minor: int = 0
    delivery_minor: int = 0
    grams: int = 20_000


def _make_pack(cooperative: Cooperative, grams: int = 20_000) -> tuple[Pack, Stock]:
    """Make a listing of a new season, with so much in store and one pack of all of it."""
    number = next(_numbers)
    product = Product(
        cooperative_id=cooperative.id,
        category=Category.TEA,
        name="苔子茶",
        variety="群体种",
        return_class=ReturnClass.SEVEN_DAYS,
        tax_bp=0,
        tax_reason=TaxReason.OWN_PRIMARY_PRODUCE,
        form_token=f"product{number}",
    )
    grade = Grade(product=product, rank=1, name="特级", differential=1000)
    season = Season(product=product, name="2026", starts_on=date(2026, 3, 1), ends_on=date(2026, 12, 31))
    listing = Listing(
        cooperative_id=cooperative.id,
        product=product,
        season=season,
        grade=grade,
        title="苔子茶",
        village="源上",
        picture="tea",
        created_at=clock.now(),
        form_token=f"listing{number}",
    )
    pack = Pack(listing=listing, label="箱", grams=grams, price_minor=10_000)
    db.session.add_all([product, grade, season, listing, pack])
    db.session.flush()
    stock = Stock(season_id=season.id, grade_id=grade.id, accepted_g=grams)
    db.session.add(stock)
    db.session.flush()
    return pack, stock


def make_order(
    lines: tuple[Line, ...] = (Line(),),
    *,
    currency: str = "CNY",
    cooperative: Cooperative | None = None,
    buyer: User | None = None,
) -> Order:
    """Make an order that waits for its payment, its goods held for half an hour; each line is a pool of its own."""
    cooperative = cooperative or make_cooperative(currency=currency)
    user = buyer or make_buyer()
    with atomic():
        return _add_order(cooperative, user, lines)


def _add_order(cooperative: Cooperative, user: User, lines: tuple[Line, ...]) -> Order:
    goods, delivery = sum(line.amount_minor for line in lines), sum(line.delivery_minor for line in lines)
    order = Order(
        number=f"F{next(_numbers):06d}",
        cooperative_id=cooperative.id,
        buyer_id=user.buyer_id,
        user_id=user.id,
        checkout_token=f"checkout{next(_numbers)}",
        state=OrderState.PLACED,
        currency=cooperative.currency,
        goods_minor=goods,
        delivery_minor=delivery,
        total_minor=goods + delivery,
        recipient="王",
        phone="+8613800000000",
        province="湖北省",
        city="武汉市",
        district="洪山区",
        street="珞喻路 1 号",
        placed_at=clock.now(),
        placed_on=clock.today(cooperative.zone),
        hold_until=clock.now() + HOLD,
    )
    db.session.add(order)
    db.session.flush()
    for line in lines:
        _add_line(order, line)
    db.session.flush()
    return order


def _add_line(order: Order, line: Line) -> None:
    pack, stock = _make_pack(order.cooperative, line.grams)
    listing = pack.listing
    order.lines.append(
        OrderLine(
            listing=listing,
            pack=pack,
            season=listing.season,
            grade=listing.grade,
            title=listing.title,
            grade_name=listing.grade.name,
            grade_rank=1,
            pack_label=pack.label,
            picture=listing.picture,
            pack_g=pack.grams,
            quantity=1,
            grams=pack.grams,
            unit_price_minor=line.amount_minor,
            amount_minor=line.amount_minor,
            tax_bp=0,
            tax_minor=line.tax_minor,
            fee_bp=0,
            fee_minor=line.fee_minor,
            delivery_minor=line.delivery_minor,
        )
    )
    stock.committed_g = line.grams
    db.session.add(
        Commitment(
            stock=stock,
            holder=order.source,
            priority=Priority.SHOP,
            grams=line.grams,
            state=CommitmentState.HELD,
            held_until=order.hold_until,
            created_at=clock.now(),
        )
    )


URLS = ReturnUrls(success="http://localhost/back", cancel="http://localhost/back")


def make_gateway() -> SimulatedGateway:
    """Make a processor without a least amount, so that a fen can be paid."""
    return SimulatedGateway(secrets=("webhook secret for tests",), production=False, minimums={})


def start(order: Order, gateway: SimulatedGateway) -> str:
    """Open the order's payment; return the token of the processor's page."""
    return payments.start_payment(order.id, gateway=gateway, urls=URLS, locale="en").rpartition("/")[2]


def pay(order: Order, gateway: SimulatedGateway) -> str:
    """Pay an order on the processor's page; nothing has told us yet. Return the page's token."""
    token = start(order, gateway)
    gateway.pay(token)
    return token


def take_in(gateway: SimulatedGateway) -> Callable[[bytes, Mapping[str, str]], int]:
    """Return the way of an event into the inbox, without HTTP."""

    def post(body: bytes, headers: Mapping[str, str]) -> int:
        payments.receive_event(gateway, body, headers)
        return 200

    return post


def hear(gateway: SimulatedGateway) -> None:
    """Let the processor's events come in and be worked off."""
    gateway.deliver(take_in(gateway))
    payments.process_due_events(gateway)


def make_paid(order: Order, gateway: SimulatedGateway) -> Payment:
    """Pay an order and hear of it."""
    pay(order, gateway)
    hear(gateway)
    payment = payments.find_last_payment(order.id)
    assert payment is not None
    return payment


def refund_all(gateway: SimulatedGateway) -> None:
    """Do what the jobs of the requested refunds do."""
    for refund_id in db.session.scalars(select(Refund.id).where(Refund.state == RefundState.REQUESTED)).all():
        payments.execute_refund(refund_id, gateway)


def balances(book: str) -> dict[str, int]:
    """Return what each account of a book stands at; what stands at nothing is left out."""
    return {row.account.value: row.amount_minor for row in ledger.balances(book) if row.account}
