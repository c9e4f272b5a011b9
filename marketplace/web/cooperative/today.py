"""The first page of a cooperative's staff: what is to be done now, and what the book says."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from marketplace import access, intake, reporting
from marketplace.cooperatives import Cooperative, StaffRole
from marketplace.core import clock
from marketplace.reporting import Thing, Todo
from marketplace.web.cooperative import bp
from marketplace.web.locale import day, money_words, weight
from marketplace.web.policy import STAFF, allow

SLIPS = 5


@dataclass(frozen=True)
class Deed:
    """How a thing to do is said, and where it is done."""

    title: Callable[[int], str]
    why: Callable[[Todo], str]
    act: Callable[[], str]
    many: str  # endpoint of the list
    one: tuple[str, str] | None = None  # endpoint of the only one, and its parameter
    chip: str = "wait"


def _much(todo: Todo) -> str:
    return money_words(todo.amount_minor, current_user.currency)


DEEDS: dict[Thing, Deed] = {
    Thing.PACK: Deed(
        lambda n: ngettext("Order to pack", "Orders to pack", n),
        lambda todo: _("%(weight)s, paid", weight=weight(todo.grams)),
        lambda: _("Pick list"),
        "cooperative.picks",
    ),
    Thing.SHIP: Deed(
        lambda n: ngettext("Order to ship", "Orders to ship", n),
        lambda todo: _("%(weight)s, packed", weight=weight(todo.grams)),
        lambda: _("Ship"),
        "cooperative.orders",
    ),
    Thing.APPROVE_BILL: Deed(
        lambda n: ngettext("Bill to approve", "Bills to approve", n),
        lambda todo: _("%(amount)s, entered by somebody else", amount=_much(todo)),
        lambda: _("Look and approve"),
        "cooperative.bills",
        ("cooperative.bill", "bill_id"),
    ),
    Thing.PAY_BILL: Deed(
        lambda n: ngettext("Bill to pay", "Bills to pay", n),
        lambda todo: _("%(amount)s, approved", amount=_much(todo)),
        lambda: _("Pay"),
        "cooperative.bills",
        ("cooperative.bill", "bill_id"),
    ),
    Thing.CONFIRM_ACCOUNT: Deed(
        lambda n: ngettext("New bank account to confirm", "New bank accounts to confirm", n),
        lambda _todo: _("Somebody else entered it; nothing is paid to it before"),
        lambda: _("Compare and confirm"),
        "cooperative.members",
        ("cooperative.member", "member_id"),
    ),
    Thing.PUBLISH_RUN: Deed(
        lambda n: ngettext("Run in draft", "Runs in draft", n),
        lambda _todo: _("Look it over, then hang the notice out"),
        lambda: _("Preview"),
        "cooperative.runs",
        ("cooperative.run", "run_id"),
        "info",
    ),
    Thing.APPROVE_RUN: Deed(
        lambda n: ngettext("Run to approve", "Runs to approve", n),
        lambda todo: _("%(amount)s for the households; the notice has hung its time", amount=_much(todo)),
        lambda: _("Look and approve"),
        "cooperative.runs",
        ("cooperative.run", "run_id"),
    ),
    Thing.REPLACE_RUN: Deed(
        lambda n: ngettext("Run was sent back", "Runs were sent back", n),
        lambda _todo: _("The coordinator said why; a new run replaces it"),
        lambda: _("Read why"),
        "cooperative.runs",
        ("cooperative.run", "run_id"),
        "stop",
    ),
    Thing.PAY_RUN: Deed(
        lambda n: ngettext("Checked run to pay", "Checked runs to pay", n),
        lambda todo: _("%(amount)s is owed to the households", amount=_much(todo)),
        lambda: _("Make the batch"),
        "cooperative.payouts",
    ),
    Thing.MEND_ACCOUNT: Deed(
        lambda n: ngettext("Household cannot be paid", "Households cannot be paid", n),
        lambda todo: _("%(amount)s: no account, or the bank sent it back", amount=_much(todo)),
        lambda: _("See why"),
        "cooperative.payouts",
        ("cooperative.member", "member_id"),
        "stop",
    ),
    Thing.SEND_BATCH: Deed(
        lambda n: ngettext("Batch to send", "Batches to send", n),
        lambda todo: _("%(amount)s, not sent to the bank yet", amount=_much(todo)),
        lambda: _("Look and send"),
        "cooperative.payouts",
        ("cooperative.batch", "batch_id"),
    ),
    Thing.SETTLE: Deed(
        lambda n: ngettext("Payment on its way", "Payments on their way", n),
        lambda todo: _("%(amount)s; note what arrived and what came back", amount=_much(todo)),
        lambda: _("Note the bank's answer"),
        "cooperative.payouts",
        ("cooperative.batch", "batch_id"),
        "info",
    ),
}
PICTURES = {"wait": "hourglass-split", "stop": "exclamation-triangle", "info": "clock-history"}
STATE_OF: dict[Thing, dict[str, Any]] = {  # filters of the lists
    Thing.SHIP: {"state": "packed"},
    Thing.APPROVE_BILL: {"state": "entered"},
    Thing.PAY_BILL: {"state": "approved"},
}


@bp.get("/")
@allow(*STAFF)
def today() -> ResponseReturnValue:
    """List what is to be done now, beside the figures of the book and of this week."""
    cooperative = access.get(current_user, Cooperative, id=current_user.cooperative_id)
    role = StaffRole(current_user.role.value)
    todos = reporting.list_todo(cooperative.id, role, by=current_user.by)
    return render_template(
        "cooperative/today/today.html",
        today=clock.today(current_user.zone),
        todo=[_line(todo, reads=role is StaffRole.SUPERVISOR) for todo in todos],
        week=reporting.week_of(cooperative),
        last=intake.list_last(cooperative.id, SLIPS),
    )


def _line(todo: Todo, *, reads: bool) -> dict[str, Any]:
    deed = DEEDS[todo.thing]
    since = _("the oldest waits since %(on)s", on=day(todo.since, current_user.zone))
    if todo.count == 1:
        since = _("waits since %(on)s", on=day(todo.since, current_user.zone))
    return {
        "figure": todo.count,
        "title": deed.title(todo.count),
        "why": deed.why(todo),
        "chip": (since, deed.chip, PICTURES[deed.chip]),
        "href": _where(todo, deed),
        "act": _("Look") if reads else deed.act(),
    }


def _where(todo: Todo, deed: Deed) -> str:
    endpoint, values = deed.many, dict(STATE_OF.get(todo.thing, {}))
    if todo.subject_id is not None and deed.one is not None:
        endpoint, parameter = deed.one
        values = {parameter: todo.subject_id}
    return url_for(endpoint, **values)
