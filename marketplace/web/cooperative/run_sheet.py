"""A run as its page shows it: the way down from receipts to households, each line with its basis, where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup
from sqlalchemy import select

from marketplace import distribution, reporting
from marketplace.cooperatives import Member
from marketplace.core import clock
from marketplace.core.money import ratio
from marketplace.costs import ACCOUNT_OF
from marketplace.distribution import Line, Preview, Run, RunState
from marketplace.extensions import db
from marketplace.identity import User
from marketplace.ledger import Account
from marketplace.reporting import PaidOut
from marketplace.web.cooperative.bills import rate
from marketplace.web.locale import day, moment, of
from marketplace.web.paging import Page
from marketplace.web.settlements import Falls, falls_of
from marketplace.web.words import word

SIZE = 50  # households on a page
COSTS = {account.value for account in ACCOUNT_OF.values()}
DONE = {
    RunState.DRAFT: 0,
    RunState.PUBLISHED: 1,
    RunState.APPROVED: 2,
    RunState.CHECKED: 3,
}


@dataclass(frozen=True)
class GradeColumn:
    """A grade of the goods that were brought, as the run counts it."""

    rank: int
    name: str
    differential: int  # thousandths


@dataclass(frozen=True)
class Row:
    """A household's line, with the grams of each grade that stand behind it."""

    member: Member
    line: Line
    grams: dict[int, int]  # by the grade's rank


@dataclass(frozen=True)
class Sheet:
    """All that the page of a run computes."""

    preview: Preview
    falls: Falls
    grades: Sequence[GradeColumn]
    page: Page[Row]
    totals: dict[int, int]  # grams by the grade's rank
    accepted_g: int
    weight: int
    income_minor: int
    rate: str  # per graded kilogram, for information
    adds_up: bool


def sheet_of(run: Run) -> Sheet:
    """Compute a draft as it would be published now, or read what was published, in a constant number of queries.

    Raises what `distribution.preview` refuses.
    """
    preview = distribution.preview(run)
    settlement, inputs = preview.settlement, preview.inputs
    names = {grade.rank: of(grade, "name") for grade in run.season.product.grades}
    differentials = {row.grade_rank: row.differential for row in inputs.brought}
    grams: dict[str, dict[int, int]] = {}
    totals = dict.fromkeys(sorted(differentials), 0)
    for brought in inputs.brought:
        grams.setdefault(brought.token, {})[brought.grade_rank] = brought.accepted_g
        totals[brought.grade_rank] += brought.accepted_g
    rows = [Row(preview.members[line.token], line, grams.get(line.token, {})) for line in settlement.lines]
    weight = sum(line.weight for line in settlement.lines)
    return Sheet(
        preview=preview,
        falls=_falls(run, preview),
        grades=[GradeColumn(rank, names.get(rank, ""), differentials[rank]) for rank in totals],
        page=_page(sorted(rows, key=lambda row: row.member.number)),
        totals=totals,
        accepted_g=sum(line.accepted_g for line in settlement.lines),
        weight=weight,
        income_minor=sum(step.amount_minor for step in settlement.steps if step.name not in _outgoings(preview)),
        rate=rate(settlement.part_minor, weight, run.currency) if weight else "",
        adds_up=_adds_up(preview),
    )


def permille_of_income(sheet: Sheet) -> int | None:
    """Return the households' part of what came in, in thousandths; None when nothing came in."""
    if sheet.income_minor <= 0:
        return None
    return ratio(sheet.preview.settlement.part_minor * 1000, sheet.income_minor)


def _outgoings(preview: Preview) -> set[str]:
    income = {Account.SALES, Account.DELIVERY_INCOME, Account.SALES_RETURNS}
    return {step.name for step in preview.settlement.steps if step.name not in income}


def _adds_up(preview: Preview) -> bool:
    settlement = preview.settlement
    lines = settlement.lines
    return (
        sum(step.amount_minor for step in settlement.steps) == settlement.net_minor
        and settlement.part_minor + settlement.kept_minor == settlement.net_minor
        and sum(line.entitled_minor for line in lines) == settlement.part_minor
        and sum(line.amount_minor for line in lines) == settlement.paid_minor
        and settlement.paid_minor - settlement.claim_minor == settlement.part_minor - settlement.earlier_minor
    )


def _falls(run: Run, preview: Preview) -> Falls:
    """Give each step its name, its basis, and a link to it where it has a page."""
    falls = falls_of(preview.settlement, run.currency, preview.inputs.paid_bp)
    orders = reporting.count_sold(run.season, run.cooperative_id, preview.inputs.ledger_until or None)
    for row, step in zip(falls.rows, preview.settlement.steps, strict=False):
        words = word(Account(step.name))
        row["words"] = _with_basis(words[:1].upper() + words[1:], _basis(run, step.name, orders))
    if run.plan.kept_for and preview.settlement.net_minor > 0 and preview.settlement.kept_minor:
        kept = falls.rows[len(preview.settlement.steps)]
        kept["words"] = _with_basis(kept["words"], _("for %(what)s", what=run.plan.kept_for))
    return falls


def _with_basis(words: str, basis: str) -> Any:
    return Markup('{}<span class="d-block tiny quiet">{}</span>').format(words, basis) if basis else words


def _basis(run: Run, name: str, orders: int) -> Any:
    if name == Account.SALES:
        return ngettext("%(num)s accepted order", "%(num)s accepted orders", orders)
    if name in COSTS:
        link = Markup('<a href="{}">{}</a>')
        return link.format(url_for("cooperative.bills", pool=run.season_id), _("approved bills of the pool"))
    return {
        Account.SALES_RETURNS.value: _("given back after acceptance"),
        Account.DELIVERY_INCOME.value: _("paid by buyers with their orders"),
        Account.PROCESSOR_FEES.value: _("kept back from each payment"),
        Account.PLATFORM_FEE.value: _("the rate on each order line"),
    }.get(name, "")


def _page(rows: Sequence[Row]) -> Page[Row]:
    number = request.args.get("page", 1, type=int)
    last = max(1, -(-len(rows) // SIZE))
    if not 1 <= number <= last:
        abort(404)
    return Page(rows[(number - 1) * SIZE : number * SIZE], number, last, len(rows))


def names_of(run: Run) -> dict[int, str]:
    """Name the people who had a part in a run, by their ids."""
    ids = {run.prepared_by_id, run.published_by_id, run.approved_by_id, run.checked_by_id} - {None}
    return {row[0]: row[1] for row in db.session.execute(select(User.id, User.name).where(User.id.in_(ids)))}


def life_of(run: Run, names: dict[int, str], paid: PaidOut) -> list[tuple[str, str, str]]:
    """Return the stations of a run for the component `steps`."""
    if run.state in (RunState.WITHDRAWN, RunState.SENT_BACK):
        stations = _stations(run, names, paid)[: 3 if run.approved_at else 2 if run.published_at else 1]
        end = _("Withdrawn") if run.state is RunState.WITHDRAWN else _("Sent back by the coordinator")
        return [*((words, detail, "done") for words, detail in stations), (end, "", "now")]
    done = DONE[run.state] + (run.state is RunState.CHECKED and paid.settled_minor >= run.paid_minor)
    return [
        (words, detail, "done" if place < done else "now" if place == done else "")
        for place, (words, detail) in enumerate(_stations(run, names, paid))
    ]


def _stations(run: Run, names: dict[int, str], paid: PaidOut) -> list[tuple[str, str]]:
    zone = run.cooperative.zone

    def by(at: Any, who: int | None, otherwise: str) -> Any:
        if at is None or who is None:
            return otherwise
        on = _("today") if clock.on_day(at, zone) == clock.today(zone) else day(at, zone)
        return _("%(when)s, by %(who)s", when=on, who=names[who])

    board = ngettext("%(num)s day", "%(num)s days", distribution.NOTICE_DAYS)
    if run.published_at is not None and run.notice_until is not None:
        board = _("until %(when)s", when=moment(run.notice_until, zone))
    return [
        (_("Drafted"), by(run.prepared_at, run.prepared_by_id, "")),
        (_("On the notice board"), board),
        (_("Approved"), by(run.approved_at, run.approved_by_id, _("not by the preparer"))),
        (_("Checked"), by(run.checked_at, run.checked_by_id, _("by the coordinator"))),
        (_("Paid"), _arrived(run, paid)),
    ]


def _arrived(run: Run, paid: PaidOut) -> Any:
    if run.state is not RunState.CHECKED:
        return ""
    if paid.settled_minor >= run.paid_minor:
        return _("all of it has arrived")
    return _("the money is on its way") if paid.sent_minor else _("by the cashier")
