"""Refusals of the coordinator's desk."""

from marketplace.core.errors import DomainError


class RecomputationDiffers(DomainError):
    """The recomputation does not give what was published, so the run cannot be checked."""

    code = "recomputation_differs"
