"""What the cooperative owes to suppliers.

Owns: suppliers and bills.
Guarantees: entered by one, approved by another; each bill is posted once, on the pool that bears it.
May import: produce, cooperatives, identity, the books, extensions, core.
"""

from marketplace.costs.models import Bill, CostKind, Supplier
from marketplace.costs.states import BillState

__all__ = [
    "Bill",
    "BillState",
    "CostKind",
    "Supplier",
]
