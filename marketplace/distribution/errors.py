"""Refusals of sharing out."""

from marketplace.core.errors import DomainError


class NothingToPay(DomainError):
    """The pool has nothing for its members now."""

    code = "nothing_to_pay"


class NotReconciled(DomainError):
    """The figures do not agree with the books, so no notice may show them."""

    code = "not_reconciled"


class NoPlan(DomainError):
    """The pool has no plan yet."""

    code = "no_plan"


class RunOpen(DomainError):
    """The pool has a run that is not finished; `number` says which."""

    code = "run_open"


class NoticeRunning(DomainError):
    """The notice still hangs out, until `until`."""

    code = "notice_running"


class SamePerson(DomainError):
    """Preparing, approving, checking and paying are different people."""

    code = "same_person"


class NotNow(DomainError):
    """The run is not at that point."""

    code = "run_not_now"


class BrokenSnapshot(DomainError):
    """A snapshot that cannot be read back."""

    code = "broken_snapshot"
