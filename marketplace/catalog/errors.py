"""What the shop window refuses."""

from marketplace.core.errors import DomainError


class NotEnough(DomainError):
    """Less is left than is wanted; `left_g` says how much, `season_id` and `grade_id` say of what."""

    code = "not_enough"


class NotFirm(DomainError):
    """Goods leave only for a firm commitment."""

    code = "commitment_not_firm"


class NoTariff(DomainError):
    """The cooperative has not said what delivery costs on that day."""

    code = "no_tariff"
