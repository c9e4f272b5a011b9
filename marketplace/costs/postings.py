"""Bookkeeping recipes of costs: a bill goes in, a ledger draft comes out."""

from datetime import date

from marketplace.costs.models import Bill, CostKind
from marketplace.ledger import Account, Draft, credit, debit

ACCOUNT_OF: dict[CostKind, Account] = {
    CostKind.FREIGHT: Account.COST_FREIGHT,
    CostKind.PACKING: Account.COST_PACKING,
    CostKind.STORAGE: Account.COST_STORAGE,
    CostKind.WAGES: Account.COST_WAGES,
    CostKind.OTHER: Account.COST_OTHER,
}


def bill_approved(bill: Bill, on: date) -> Draft:
    """Debit the cost by its kind on the pool that bears it, credit what is owed to the supplier."""
    return Draft(
        f"cost:{bill.id}",
        on,
        [
            debit(ACCOUNT_OF[bill.kind], bill.amount_minor, bill.currency, pool=bill.season.pool, source=bill.source),
            credit(
                Account.SUPPLIER_PAYABLE,
                bill.amount_minor,
                bill.currency,
                party=bill.supplier.party,
                source=bill.source,
            ),
        ],
    )


def bill_paid(bill: Bill, on: date) -> Draft:
    """Debit what was owed to the supplier, credit the bank."""
    return Draft(
        f"cost:{bill.id}:paid",
        on,
        [
            debit(
                Account.SUPPLIER_PAYABLE,
                bill.amount_minor,
                bill.currency,
                party=bill.supplier.party,
                source=bill.source,
            ),
            credit(Account.BANK, bill.amount_minor, bill.currency, source=bill.source),
        ],
    )
