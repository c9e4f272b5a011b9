"""What fulfilment refuses."""

from marketplace.core.errors import DomainError


class StillTime(DomainError):
    """The buyer may still look the goods over, so silence is no acceptance yet."""

    code = "still_time"
