"""The life of an order."""

from enum import StrEnum


class OrderState(StrEnum):
    """Where an order stands; refunds are told by `payments`."""

    PLACED = "placed"  # waits for payment; its goods are held until `hold_until`
    PAID = "paid"
    PACKED = "packed"
    SHIPPED = "shipped"
    ACCEPTED = "accepted"
    CANCELLED = "cancelled"  # by the buyer, the cooperative, or because the hold ran out


# a packed order is unpacked before it is cancelled, so that its lots cannot be forgotten
MOVES: dict[OrderState, frozenset[OrderState]] = {
    OrderState.PLACED: frozenset({OrderState.PAID, OrderState.CANCELLED}),
    OrderState.PAID: frozenset({OrderState.PACKED, OrderState.CANCELLED}),
    OrderState.PACKED: frozenset({OrderState.SHIPPED, OrderState.PAID}),
    OrderState.SHIPPED: frozenset({OrderState.ACCEPTED}),
    OrderState.ACCEPTED: frozenset(),
    OrderState.CANCELLED: frozenset(),
}


class CancelReason(StrEnum):
    """Why an order was cancelled."""

    BUYER = "buyer"
    COOPERATIVE = "cooperative"
    HOLD_EXPIRED = "hold_expired"
    GOODS_GONE = "goods_gone"  # paid after the hold had run out and the goods were sold
