"""Entering, approving, refusing and paying bills."""

from datetime import date
from typing import NotRequired, TypedDict, Unpack

from sqlalchemy import select

from marketplace import ledger, trail
from marketplace.cooperatives import Cooperative
from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.core.names import clean_name
from marketplace.costs.models import Bill, CostKind, Supplier
from marketplace.costs.postings import bill_approved, bill_paid
from marketplace.costs.states import MOVES, BillState
from marketplace.extensions import db, lock
from marketplace.produce import Season

LARGEST_MINOR = 10_000_000_000  # a hundred million yuan: beyond it somebody mistyped
LONGEST_VOUCHER = 40
LONGEST_NOTE = 200


class BillFacts(TypedDict):
    """What a bill says."""

    supplier_name: str
    kind: CostKind
    voucher_number: str
    billed_on: date
    amount_minor: int
    note: NotRequired[str]


def find_or_add_supplier(cooperative: Cooperative, name: str) -> Supplier:
    """Find a cooperative's supplier by name, or add it; raises FieldError of `clean_name` at `supplier_name`."""
    cleaned = clean_name(name, "supplier_name")
    found = db.session.scalars(
        select(Supplier).where(Supplier.cooperative_id == cooperative.id, Supplier.name == cleaned)
    ).one_or_none()
    if found is not None:
        return found
    supplier = Supplier(cooperative_id=cooperative.id, name=cleaned, created_at=clock.now())
    db.session.add(supplier)
    db.session.flush()
    return supplier


def enter_bill(season: Season, *, token: str, by: int, **facts: Unpack[BillFacts]) -> Bill:
    """Enter a bill on the pool that bears it; another person approves it. The same token gives the first bill again.

    Raises FieldError `voucher_missing`, `voucher_too_long`, `voucher_used`, `not_positive`, `amount_too_large`,
    `date_in_future`, `text_too_long`.
    """
    cooperative = db.session.get_one(
        Cooperative, season.product.cooperative_id, with_for_update=True, populate_existing=True
    )
    first = db.session.scalars(
        select(Bill).where(Bill.cooperative_id == cooperative.id, Bill.form_token == token)
    ).one_or_none()
    if first is not None:
        return first
    voucher = _check(facts, cooperative)
    supplier = find_or_add_supplier(cooperative, facts["supplier_name"])
    used = select(Bill.id).where(Bill.supplier_id == supplier.id, Bill.voucher_number == voucher)
    if db.session.scalar(used) is not None:
        raise FieldError("voucher_used", "voucher_number", voucher=voucher)
    bill = Bill(
        cooperative_id=cooperative.id,
        supplier_id=supplier.id,
        season_id=season.id,
        kind=facts["kind"],
        voucher_number=voucher,
        billed_on=facts["billed_on"],
        amount_minor=facts["amount_minor"],
        currency=cooperative.currency,
        note=facts.get("note", "").strip(),
        state=BillState.ENTERED,
        entered_by_id=by,
        entered_at=clock.now(),
        form_token=token,
    )
    db.session.add(bill)
    db.session.flush()
    _record("bill.entered", bill, by)
    return bill


def approve_bill(bill: Bill, *, by: int) -> None:
    """Approve a bill, never one's own, and post it; raises FieldError `same_person`, `not_now`."""
    _decide(bill, BillState.APPROVED, by)
    ledger.post(ledger.book_of(bill.cooperative_id), bill_approved(bill, clock.today(bill.cooperative.zone)))
    _record("bill.approved", bill, by)


def refuse_bill(bill: Bill, reason: str, *, by: int) -> None:
    """Refuse a bill with a reason, never one's own; raises FieldError `same_person`, `not_now`, `reason_missing`."""
    cleaned = reason.strip()
    if not cleaned:
        raise FieldError("reason_missing", "reason")
    if len(cleaned) > LONGEST_NOTE:
        raise FieldError("text_too_long", "reason", longest=LONGEST_NOTE)
    _decide(bill, BillState.REFUSED, by)
    bill.reason = cleaned
    db.session.flush()
    _record("bill.refused", bill, by)


def pay_bill(bill: Bill, on: date, *, by: int) -> None:
    """Note that an approved bill was paid from the bank on a day, and post it.

    Raises FieldError `same_person` for who entered it, `not_now`, `date_in_future`, `date_before_bill`.
    """
    _move(bill, BillState.PAID)
    if bill.entered_by_id == by:
        raise FieldError("same_person")
    if on > clock.today(bill.cooperative.zone):
        raise FieldError("date_in_future", "on")
    if on < bill.billed_on:
        raise FieldError("date_before_bill", "on")
    bill.state, bill.paid_on, bill.paid_by_id = BillState.PAID, on, by
    db.session.flush()
    ledger.post(ledger.book_of(bill.cooperative_id), bill_paid(bill, on))
    _record("bill.paid", bill, by)


def _check(facts: BillFacts, cooperative: Cooperative) -> str:
    voucher = " ".join(facts["voucher_number"].split())
    if not voucher:
        raise FieldError("voucher_missing", "voucher_number")
    if len(voucher) > LONGEST_VOUCHER:
        raise FieldError("voucher_too_long", "voucher_number", longest=LONGEST_VOUCHER)
    if facts["amount_minor"] <= 0:
        raise FieldError("not_positive", "amount")
    if facts["amount_minor"] > LARGEST_MINOR:
        raise FieldError("amount_too_large", "amount")
    if facts["billed_on"] > clock.today(cooperative.zone):
        raise FieldError("date_in_future", "billed_on")
    if len(facts.get("note", "")) > LONGEST_NOTE:
        raise FieldError("text_too_long", "note", longest=LONGEST_NOTE)
    return voucher


def _decide(bill: Bill, state: BillState, by: int) -> None:
    _move(bill, state)
    if bill.entered_by_id == by:
        raise FieldError("same_person")
    bill.state, bill.decided_by_id, bill.decided_at = state, by, clock.now()
    db.session.flush()


def _move(bill: Bill, state: BillState) -> None:
    lock(bill)
    if state not in MOVES[bill.state]:
        raise FieldError("not_now")


def _record(verb: str, bill: Bill, by: int) -> None:
    trail.record(
        verb,
        f"bill:{bill.id}",
        by=by,
        cooperative_id=bill.cooperative_id,
        after={"amount_minor": bill.amount_minor, "season": bill.season_id, "kind": bill.kind.value},
    )
