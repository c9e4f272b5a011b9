"""The life of a payout and of its batch."""

from enum import StrEnum


class BatchState(StrEnum):
    """A batch is made, then sent to the bank once."""

    DRAFT = "draft"
    SENT = "sent"
    DISCARDED = "discarded"


class PayoutState(StrEnum):
    """One transfer to one member. A returned one is closed; the next has its own reference."""

    DRAFT = "draft"
    SENT = "sent"
    SETTLED = "settled"
    RETURNED = "returned"
    DISCARDED = "discarded"


MOVES: dict[PayoutState, frozenset[PayoutState]] = {
    PayoutState.DRAFT: frozenset({PayoutState.SENT, PayoutState.DISCARDED}),
    PayoutState.SENT: frozenset({PayoutState.SETTLED, PayoutState.RETURNED}),
    PayoutState.SETTLED: frozenset({PayoutState.RETURNED}),
    PayoutState.RETURNED: frozenset(),
    PayoutState.DISCARDED: frozenset(),
}
