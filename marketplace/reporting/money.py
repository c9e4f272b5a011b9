"""What happens to the money of an order or a price: the figures behind the money strip.

The rule. An order's own fees and tax are its own: frozen on its lines, or taken by the processor with its payment. What
is left of it is split as its pool's money is split: freight, packing, the cooperative's work, the households' part by
the plan, and what the plan keeps, each by the pool's own figure in the ledger, with `allocate`, exact to the fen. While
the pool has no checked run that covers the order, the figures are those of the ledger now, and an estimate; afterwards
they are those of the run's snapshot. A pool that has earned nothing gives no strip, for no figure is invented.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from marketplace import distribution, ledger
from marketplace.cooperatives import Cooperative
from marketplace.core.money import allocate, ratio
from marketplace.distribution import Plan, Run, RunState
from marketplace.extensions import db
from marketplace.fulfilment import find_shipment
from marketplace.ledger import Account, Entry, Transaction
from marketplace.ordering import Order, OrderLine
from marketplace.payments import Payment, PaymentState
from marketplace.produce import Product, Season

PARTS = ("house", "freight", "pack", "work", "platform", "processor", "tax", "reserve")
WHOLE_BP = 10_000
PERMILLE = 1_000
INCOME = (Account.SALES, Account.SALES_RETURNS, Account.DELIVERY_INCOME, Account.BAD_DEBTS)
PART_OF: dict[str, str] = {
    Account.COST_FREIGHT: "freight",
    Account.COST_PACKING: "pack",
    Account.COST_STORAGE: "work",
    Account.COST_WAGES: "work",
    Account.COST_OTHER: "work",
    Account.PLATFORM_FEE: "platform",
    Account.PROCESSOR_FEES: "processor",
}
SPLIT = ("house", "freight", "pack", "work", "reserve")  # of what an order's own fees leave


@dataclass(frozen=True)
class StripRow:
    """One part; `x` is where it begins, in minor units from the left."""

    part: str
    minor: int
    permille: int
    x: int


@dataclass(frozen=True)
class MoneyStrip:
    """A sum of money and who gets it; the rows add up to the total, to the fen."""

    currency: str
    total: int
    rows: tuple[StripRow, ...]
    is_settled: bool

    @property
    def house(self) -> int:
        """Return what goes to the households."""
        return sum(row.minor for row in self.rows if row.part == "house")


def strip_of_order(order: Order) -> MoneyStrip | None:
    """Return the strip of a paid order: settled when each of its pools has a checked run that covers it."""
    shipment = find_shipment(order.id)
    accepted = None
    if shipment is not None and shipment.accepted_at is not None:
        accepted = ledger.find(f"acceptance:{shipment.id}", ledger.book_of(order.cooperative_id))
    season_ids = sorted({line.season_id for line in order.lines})
    settled = {number: _settled_pool(number, accepted.id) if accepted else None for number in season_ids}
    now = _pools_now([number for number in season_ids if settled[number] is None])
    fees = _processor_fees(order)
    sums = dict.fromkeys(PARTS, 0)
    for line in order.lines:
        pool = settled[line.season_id] or now.get(line.season_id)
        parts = _of_line(line, fees[line.id], pool) if pool else None
        if parts is None:
            return None
        for part, minor in parts.items():
            sums[part] += minor
    return _strip(sums, order.currency, is_settled=all(settled.values()))


def strips_of_prices(wanted: Sequence[tuple[int, int]]) -> list[MoneyStrip | None]:
    """Return the estimated strips of (season, price in minor units), in a constant number of queries."""
    season_ids = {season_id for season_id, _price in wanted}
    pools, rates = _pools_now(season_ids), _tax_rates(season_ids)
    strips: list[MoneyStrip | None] = []
    for season_id, price in wanted:
        pool = pools.get(season_id)
        weights = [] if pool is None else [max(0, pool.get(part, 0)) for part in PARTS]
        if not any(weights):
            strips.append(None)
            continue
        rate, currency = rates[season_id]
        tax = ratio(price * rate, WHOLE_BP + rate)
        sums = dict(zip(PARTS, allocate(price - tax, weights, PARTS), strict=True))
        sums["tax"] += tax
        strips.append(_strip(sums, currency, is_settled=False))
    return strips


def _of_line(line: OrderLine, processor_minor: int, pool: Mapping[str, int]) -> dict[str, int] | None:
    whole = line.amount_minor + line.delivery_minor
    own = {"platform": line.fee_minor, "processor": processor_minor, "tax": line.tax_minor}
    weights = [max(0, pool.get(part, 0)) for part in SPLIT]
    left = whole - sum(own.values())
    if left < 0 or not any(weights):
        return None
    return own | dict(zip(SPLIT, allocate(left, weights, SPLIT), strict=True))


def _strip(sums: Mapping[str, int], currency: str, *, is_settled: bool) -> MoneyStrip:
    total, x, rows = sum(sums.values()), 0, []
    for part in PARTS:
        if sums[part]:
            rows.append(StripRow(part, sums[part], ratio(sums[part] * PERMILLE, total), x))
            x += sums[part]
    return MoneyStrip(currency, total, tuple(rows), is_settled)


def _settled_pool(season_id: int, accepted_id: int) -> dict[str, int] | None:
    """Return a pool's figures in the first checked run whose snapshot holds a transaction."""
    runs = db.session.scalars(
        select(Run).where(Run.season_id == season_id, Run.state == RunState.CHECKED).order_by(Run.id)
    )
    for run in runs:
        inputs, settlement = distribution.read_snapshot(distribution.snapshot_of(run) or "")
        if inputs.ledger_until >= accepted_id:
            return _costs(inputs.books) | {"house": settlement.part_minor, "reserve": settlement.kept_minor}
    return None


def _pools_now(season_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """Return the figures of pools as the ledger has them now, under their newest plans, if they earned anything."""
    if not season_ids:
        return {}
    plans = _newest_plans(season_ids)
    books: dict[str, dict[str, int]] = {}
    rows = db.session.execute(
        select(Entry.pool, Entry.account, func.sum(Entry.amount_minor))
        .join(Entry.transaction)
        .where(
            Transaction.posted,
            Entry.pool.in_([f"pool:{number}" for number in season_ids]),
            Entry.account.in_([*INCOME, *PART_OF]),
        )
        .group_by(Entry.pool, Entry.account)
    )
    for pool, account, amount in rows:
        books.setdefault(pool or "", {})[account] = -int(amount)
    found = {}
    for number in season_ids:
        book = books.get(f"pool:{number}", {})
        net = sum(book.values())
        if net > 0 and number in plans:
            part = ratio(net * plans[number], WHOLE_BP)
            found[number] = _costs(book) | {"house": part, "reserve": net - part}
    return found


def _costs(book: Mapping[str, int]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for account, part in PART_OF.items():
        sums[part] = sums.get(part, 0) - book.get(account, 0)
    return sums


def _newest_plans(season_ids: Collection[int]) -> dict[int, int]:
    rows = db.session.execute(
        select(Plan.season_id, Plan.paid_bp).where(Plan.season_id.in_(season_ids)).order_by(Plan.version)
    )
    return {row[0]: row[1] for row in rows}


def _tax_rates(season_ids: Collection[int]) -> dict[int, tuple[int, str]]:
    seasons = db.session.execute(
        select(Season.id, Product.tax_bp, Cooperative.currency)
        .join(Product, Product.id == Season.product_id)
        .join(Cooperative, Cooperative.id == Product.cooperative_id)
        .where(Season.id.in_(season_ids))
    )
    return {row[0]: (row[1], row[2]) for row in seasons}


def _processor_fees(order: Order) -> dict[int, int]:
    """Return the processor's fee of an order's payment, by line, as the ledger splits it: by amount."""
    fee = db.session.scalar(
        select(func.sum(Payment.processor_fee_minor)).where(
            Payment.order_id == order.id, Payment.state == PaymentState.SUCCEEDED
        )
    )
    lines = list(order.lines)
    shares = allocate(int(fee or 0), [line.amount_minor for line in lines], [f"line:{line.id}" for line in lines])
    return {line.id: share for line, share in zip(lines, shares, strict=True)}
