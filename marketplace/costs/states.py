"""The life of a bill."""

from enum import StrEnum


class BillState(StrEnum):
    """Where a bill stands."""

    ENTERED = "entered"
    APPROVED = "approved"
    REFUSED = "refused"
    PAID = "paid"


MOVES: dict[BillState, frozenset[BillState]] = {
    BillState.ENTERED: frozenset({BillState.APPROVED, BillState.REFUSED}),
    BillState.APPROVED: frozenset({BillState.PAID}),
    BillState.REFUSED: frozenset(),
    BillState.PAID: frozenset(),
}
