"""What the cooperative owes to suppliers.

Owns: suppliers and bills.
Guarantees: entered by one, approved by another; each bill is posted once, on the pool that bears it.
May import: produce, cooperatives, identity, the books, extensions, core.
"""

from marketplace.costs.models import Bill, CostKind, Supplier
from marketplace.costs.postings import ACCOUNT_OF
from marketplace.costs.queries import list_suppliers, select_bills
from marketplace.costs.service import BillFacts, approve_bill, enter_bill, find_or_add_supplier, pay_bill, refuse_bill
from marketplace.costs.states import BillState

__all__ = [
    "ACCOUNT_OF",
    "Bill",
    "BillFacts",
    "BillState",
    "CostKind",
    "Supplier",
    "approve_bill",
    "enter_bill",
    "find_or_add_supplier",
    "list_suppliers",
    "pay_bill",
    "refuse_bill",
    "select_bills",
]
