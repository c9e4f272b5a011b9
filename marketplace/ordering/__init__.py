"""Baskets, checkout and orders.

Owns: baskets and orders.
Guarantees: one order per checkout token and cooperative; its lines keep their own snapshot; holds expire; goods go back
exactly once.
May import: catalog and what lies before it, the books, extensions, core.
"""

from marketplace.ordering.address import PROVINCES, Address, clean_address
from marketplace.ordering.basket import (
    BasketItem,
    BasketPart,
    BasketView,
    adopt,
    agree,
    changes,
    count_packs,
    find_basket,
    look,
    merge,
    open_basket,
    put,
    remove,
    set_quantity,
)
from marketplace.ordering.checkout import list_placed, place
from marketplace.ordering.errors import BasketChanged, NothingToOrder, NotSold, PriceChanged, WrongMove
from marketplace.ordering.models import Basket, BasketLine, Order, OrderLine
from marketplace.ordering.queries import find_last_address, order_for_number
from marketplace.ordering.rules import HOLD, MOST_PACKS
from marketplace.ordering.service import (
    cancel,
    check_move,
    expire_holds,
    lock_order,
    mark_accepted,
    mark_packed,
    mark_paid,
    mark_shipped,
    mark_unpacked,
)
from marketplace.ordering.states import MOVES, CancelReason, OrderState

__all__ = [
    "HOLD",
    "MOST_PACKS",
    "MOVES",
    "PROVINCES",
    "Address",
    "Basket",
    "BasketChanged",
    "BasketItem",
    "BasketLine",
    "BasketPart",
    "BasketView",
    "CancelReason",
    "NotSold",
    "NothingToOrder",
    "Order",
    "OrderLine",
    "OrderState",
    "PriceChanged",
    "WrongMove",
    "adopt",
    "agree",
    "cancel",
    "changes",
    "check_move",
    "clean_address",
    "count_packs",
    "expire_holds",
    "find_basket",
    "find_last_address",
    "list_placed",
    "lock_order",
    "look",
    "mark_accepted",
    "mark_packed",
    "mark_paid",
    "mark_shipped",
    "mark_unpacked",
    "merge",
    "open_basket",
    "order_for_number",
    "place",
    "put",
    "remove",
    "set_quantity",
]
