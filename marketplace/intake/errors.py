"""What the weighing station refuses."""

from marketplace.core.errors import DomainError


class LotsShort(DomainError):
    """The lots hold less than is asked for; `left_g` says how much."""

    code = "lots_short"
