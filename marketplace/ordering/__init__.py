"""Baskets, checkout and orders.

Owns: baskets and orders.
Guarantees: one order per checkout token and cooperative; its lines keep their own snapshot; holds expire; goods go back exactly once.
May import: catalog and what lies before it, the books, extensions, core.
"""

from marketplace.ordering.models import Basket, BasketLine, Order, OrderLine
from marketplace.ordering.states import CancelReason, OrderState

__all__ = [
    "Basket",
    "BasketLine",
    "CancelReason",
    "Order",
    "OrderLine",
    "OrderState",
]
