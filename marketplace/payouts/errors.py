"""Refusals of paying out."""

from marketplace.core.errors import DomainError


class NotChecked(DomainError):
    """Only a checked run is paid."""

    code = "not_checked"


class AlreadyPaid(DomainError):
    """Everything that can be paid of this run is paid or on its way."""

    code = "already_paid"


class AccountChanged(DomainError):
    """A household's bank account is another one than when the batch was made; `numbers` says whose."""

    code = "account_changed"


class SamePerson(DomainError):
    """The cashier is none of those who prepared, approved or checked the run."""

    code = "same_person"


class NotNow(DomainError):
    """The payout or batch is not at that point."""

    code = "payout_not_now"
