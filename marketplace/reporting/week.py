"""What a cooperative's books say now, and what came and went this week."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from marketplace import intake, ledger
from marketplace.catalog import Stock
from marketplace.cooperatives import Cooperative
from marketplace.core import clock
from marketplace.extensions import db
from marketplace.intake import Weighing
from marketplace.ledger import Account
from marketplace.ordering import Order, OrderLine, OrderState
from marketplace.produce import Product, Season

BOOK = (
    Account.BANK,
    Account.CLEARING,
    Account.BUYER_ADVANCES,
    Account.OWED_TO_MEMBERS,
    Account.PAYOUTS_IN_TRANSIT,
    Account.SUPPLIER_PAYABLE,
)
HAVE = frozenset({Account.BANK, Account.CLEARING})  # the rest is owed


@dataclass(frozen=True)
class Week:
    """The figures of a cooperative's first page; grams, and minor units of its own currency."""

    since: date  # Monday
    weighed_g: int
    weighings: int
    members: int
    sold_g: int
    orders: int
    in_store_g: int
    promised_g: int
    book: dict[Account, int]  # as people say it: what we have and what we owe are both positive


def week_of(cooperative: Cooperative) -> Week:
    """Read the figures of this week, from Monday in the cooperative's zone, in four queries."""
    today = clock.today(cooperative.zone)
    monday = today - timedelta(days=today.weekday())
    weighed, weighings, members = db.session.execute(
        select(func.sum(Weighing.accepted_g), func.count(Weighing.id), func.count(Weighing.member_id.distinct())).where(
            Weighing.cooperative_id == cooperative.id,
            Weighing.weighed_on >= monday,
            Weighing.gross_g > 0,
            intake.is_effective(),
        )
    ).one()
    sold, orders = db.session.execute(
        select(func.sum(OrderLine.grams), func.count(Order.id.distinct()))
        .join(OrderLine.order)
        .where(
            Order.cooperative_id == cooperative.id,
            Order.paid_at >= datetime.combine(monday, time(), ZoneInfo(cooperative.zone)),
            Order.state != OrderState.CANCELLED,
        )
    ).one()
    in_store, promised = db.session.execute(
        select(func.sum(Stock.accepted_g - Stock.shipped_g), func.sum(Stock.committed_g))
        .join(Season, Season.id == Stock.season_id)
        .join(Season.product)
        .where(Product.cooperative_id == cooperative.id)
    ).one()
    book = dict.fromkeys(BOOK, 0)
    for row in ledger.balances(ledger.book_of(cooperative.id), account=[account.value for account in BOOK]):
        if row.account is not None and row.currency == cooperative.currency:
            book[row.account] = row.amount_minor if row.account in HAVE else -row.amount_minor
    return Week(
        since=monday,
        weighed_g=int(weighed or 0),
        weighings=weighings,
        members=members,
        sold_g=int(sold or 0),
        orders=orders,
        in_store_g=int(in_store or 0),
        promised_g=int(promised or 0),
        book=book,
    )
