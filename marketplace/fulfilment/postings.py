"""Bookkeeping recipes of goods that were accepted: a fact goes in, a ledger draft comes out."""

from collections.abc import Iterable, Mapping
from datetime import date

from marketplace.fulfilment.models import Shipment
from marketplace.ledger import Account, Draft, credit, debit
from marketplace.ordering import Order, OrderLine


def goods_accepted(shipment: Shipment, order: Order, advances_minor: int, on: date) -> Draft:
    """Debit the buyer's advances as far as they reach, then receivable; credit sales less tax, delivery and tax.

    Sales and delivery stand in the pool of each line's season. Delivery carries no tax of its own in this scope.
    """
    paid = min(advances_minor, order.total_minor)
    sales = _by_pool(order.lines, {line.id: line.amount_minor - line.tax_minor for line in order.lines})
    delivery = _by_pool(order.lines, {line.id: line.delivery_minor for line in order.lines})
    tax = sum(line.tax_minor for line in order.lines)
    whose = {"party": order.party, "source": order.source}
    return Draft(
        f"acceptance:{shipment.id}",
        on,
        [
            debit(Account.BUYER_ADVANCES, paid, order.currency, **whose),
            debit(Account.RECEIVABLE, order.total_minor - paid, order.currency, **whose),
            *(
                credit(account, amount, order.currency, pool=pool, source=order.source)
                for account, parts in ((Account.SALES, sales), (Account.DELIVERY_INCOME, delivery))
                for pool, amount in parts.items()
            ),
            credit(Account.TAX_PAYABLE, tax, order.currency, source=order.source),
        ],
    )


def fee_earned(shipment: Shipment, order: Order, prepaid_minor: int, on: date) -> Draft:
    """Debit the platform's fee by pool, credit what was prepaid of it, and owe the rest."""
    fees = _by_pool(order.lines, {line.id: line.fee_minor for line in order.lines})
    total = sum(fees.values())
    prepaid = min(prepaid_minor, total)
    return Draft(
        f"acceptance:{shipment.id}:fee",
        on,
        [
            *(
                debit(Account.PLATFORM_FEE, amount, order.currency, pool=pool, source=order.source)
                for pool, amount in fees.items()
            ),
            credit(Account.PLATFORM_FEE_PREPAID, prepaid, order.currency, source=order.source),
            credit(Account.PLATFORM_FEE_OWED, total - prepaid, order.currency, source=order.source),
        ],
    )


def platform_fee_earned(shipment: Shipment, order: Order, prepaid_minor: int, on: date) -> Draft:
    """In the platform's book: debit fees in advance, and fees receivable for the rest, credit fee income."""
    total = sum(line.fee_minor for line in order.lines)
    prepaid = min(prepaid_minor, total)
    whose = {"party": f"cooperative:{order.cooperative_id}", "source": order.source}
    return Draft(
        f"acceptance:{shipment.id}:fee",
        on,
        [
            debit(Account.FEES_IN_ADVANCE, prepaid, order.currency, **whose),
            debit(Account.FEES_RECEIVABLE, total - prepaid, order.currency, **whose),
            credit(Account.FEE_INCOME, total, order.currency, **whose),
        ],
    )


def _by_pool(lines: Iterable[OrderLine], amounts: Mapping[int, int]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for line in lines:
        sums[line.season.pool] = sums.get(line.season.pool, 0) + amounts[line.id]
    return sums
