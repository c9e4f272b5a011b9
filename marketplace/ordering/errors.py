"""What ordering refuses."""

from marketplace.core.errors import DomainError


class WrongMove(DomainError):
    """An order cannot go from where it stands to where it is sent (number=, state=, to=)."""

    code = "wrong_move"


class NothingToOrder(DomainError):
    """The basket holds nothing that can be bought now."""

    code = "nothing_to_order"


class PriceChanged(DomainError):
    """A price rose since the buyer saw it and was not agreed; `pack_ids` says of what."""

    code = "price_changed"


class BasketChanged(DomainError):
    """The basket holds, or comes to, more than the page showed from which the order was sent."""

    code = "basket_changed"


class NotSold(DomainError):
    """The pack is no longer offered, or not on this day."""

    code = "not_sold"
