"""What the ledger refuses."""

from marketplace.core.errors import DomainError


class Unbalanced(DomainError):
    """The legs of a draft do not sum to zero in each currency, or are fewer than two."""

    code = "unbalanced"


class NegativeAmount(DomainError):
    """Debit and credit say the direction; the amount is never negative."""

    code = "negative_amount"


class AlreadyReversed(DomainError):
    """A transaction is reversed once."""

    code = "already_reversed"
