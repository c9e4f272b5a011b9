"""Members: adding, editing, leaving; their bank accounts by two people; their printed codes."""

from datetime import date
from typing import NotRequired, TypedDict, Unpack

from sqlalchemy import func, select

from marketplace import trail
from marketplace.cooperatives.models import (
    AccountChange,
    ChangeState,
    Cooperative,
    HouseholdKey,
    Member,
    MemberKind,
    StaffRole,
)
from marketplace.cooperatives.queries import list_staff
from marketplace.cooperatives.rules import clean_account
from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.core.ids import new_code
from marketplace.core.names import clean_name
from marketplace.extensions import db
from marketplace.identity import clean_phone

MOST_LAND_MMU = 100_000_000  # 100,000 mu: more than any village has


class MemberFacts(TypedDict):
    """What is said of a member, but for the bank account."""

    kind: MemberKind
    name: str
    village_group: str
    joined_on: date
    phone: NotRequired[str]
    capital_minor: NotRequired[int]
    land_mmu: NotRequired[int]


def add_member(
    cooperative: Cooperative,
    *,
    token: str,
    by: int,
    number: int | None = None,
    payee: str = "",
    bank_name: str = "",
    bank_account: str = "",
    **facts: Unpack[MemberFacts],
) -> Member:
    """Add a member; without a number it gets the next one. The same token gives the first member again.

    The payee is the member unless said otherwise; collective money never goes to an account in a person's name
    [Collective Law 44], so a collective is its own payee. Raises FieldError `number_taken`, `collective_payee`,
    `date_in_future` and what the rules refuse.
    """
    found = db.session.scalars(
        select(Member).where(Member.cooperative_id == cooperative.id, Member.form_token == token)
    ).one_or_none()
    if found is not None:
        return found
    # numbers are given one after the other: the lock is the cooperative's row
    db.session.get_one(Cooperative, cooperative.id, with_for_update=True, populate_existing=True)
    values = _clean(facts, cooperative)
    account = clean_account(bank_account) if bank_account.strip() else None
    member = Member(
        cooperative_id=cooperative.id,
        number=_free_number(cooperative.id, number),
        payee=_payee(payee, str(values["name"]), facts["kind"]),
        bank_name=clean_name(bank_name, "bank_name") if account else None,
        bank_account=account,
        bank_last4=account[-4:] if account else None,
        left_on=None,
        form_token=token,
        created_at=clock.now(),
        **values,
    )
    db.session.add(member)
    db.session.flush()
    trail.record(
        "member.added",
        f"member:{member.id}",
        by=by,
        cooperative_id=cooperative.id,
        after={"number": member.number, "kind": member.kind.value, "capital_minor": member.capital_minor},
    )
    return member


def edit_member(member: Member, *, by: int, **facts: Unpack[MemberFacts]) -> None:
    """Change what is said of a member; the bank account has a way of its own. Raises what the rules refuse."""
    before = {"capital_minor": member.capital_minor, "land_mmu": member.land_mmu}
    changed = []
    for field, value in _clean(facts, member.cooperative).items():
        if getattr(member, field) != value:
            setattr(member, field, value)
            changed.append(field)
    if member.left_on is not None and member.left_on < member.joined_on:
        raise FieldError("left_before_joined", "joined_on")
    if member.kind is MemberKind.COLLECTIVE and member.bank_account is None:
        member.payee = member.name  # nothing was ever paid to another
    _payee(member.payee, member.name, member.kind, "kind")
    db.session.flush()
    if changed:
        trail.record(
            "member.edited",
            f"member:{member.id}",
            by=by,
            cooperative_id=member.cooperative_id,
            before=before,
            after={"fields": sorted(changed), "capital_minor": member.capital_minor, "land_mmu": member.land_mmu},
        )


def leave(member: Member, on: date, *, by: int) -> None:
    """Note the day on which a member leaves; what is owed stays owed.

    Raises FieldError `left_already`, `left_before_joined`, `date_in_future`.
    """
    if member.left_on is not None:
        raise FieldError("left_already", "on")
    if on < member.joined_on:
        raise FieldError("left_before_joined", "on")
    if on > clock.today(member.cooperative.zone):
        raise FieldError("date_in_future", "on")
    member.left_on = on
    db.session.flush()
    trail.record(
        "member.left",
        f"member:{member.id}",
        by=by,
        cooperative_id=member.cooperative_id,
        after={"left_on": on.isoformat()},
    )


def propose_account_change(
    member: Member, *, token: str, by: int, payee: str, bank_name: str, bank_account: str
) -> AccountChange:
    """Write down a new bank account for a member; it counts when a second person has confirmed it.

    The same token gives the first proposal again. Raises FieldError `change_open` and what the rules refuse.
    """
    found = db.session.scalars(
        select(AccountChange).where(AccountChange.member_id == member.id, AccountChange.form_token == token)
    ).one_or_none()
    if found is not None:
        return found
    db.session.get_one(Member, member.id, with_for_update=True, populate_existing=True)
    open_one = select(AccountChange.id).where(
        AccountChange.member_id == member.id, AccountChange.state == ChangeState.PROPOSED
    )
    if db.session.scalar(open_one) is not None:
        raise FieldError("change_open", "bank_account")
    account = clean_account(bank_account)
    change = AccountChange(
        member_id=member.id,
        payee=_payee(payee, member.name, member.kind),
        bank_name=clean_name(bank_name, "bank_name"),
        bank_account=account,
        bank_last4=account[-4:],
        state=ChangeState.PROPOSED,
        proposed_by_id=by,
        proposed_at=clock.now(),
        form_token=token,
    )
    db.session.add(change)
    db.session.flush()
    trail.record(
        "account.proposed",
        f"member:{member.id}",
        by=by,
        cooperative_id=member.cooperative_id,
        after={"change": change.id},
    )
    return change


def decide_account_change(change: AccountChange, *, confirm: bool, by: int) -> None:
    """Confirm or refuse a new bank account: the manager or the cashier, never who proposed it.

    Raises FieldError `same_person`, `decided_already`, `not_yours_to_decide`, `collective_payee`.
    """
    if change.state is not ChangeState.PROPOSED:
        raise FieldError("decided_already")
    if change.proposed_by_id == by:
        raise FieldError("same_person")
    deciders = list_staff(change.member.cooperative_id, StaffRole.MANAGER, StaffRole.CASHIER)
    if by not in {staff.user_id for staff in deciders}:
        raise FieldError("not_yours_to_decide")
    if confirm:
        _payee(change.payee, change.member.name, change.member.kind)
    change.state = ChangeState.CONFIRMED if confirm else ChangeState.REFUSED
    change.decided_by_id, change.decided_at = by, clock.now()
    member = change.member
    if confirm:
        member.payee, member.bank_name = change.payee, change.bank_name
        member.bank_account, member.bank_last4 = change.bank_account, change.bank_last4
    db.session.flush()
    trail.record(
        "account.confirmed" if confirm else "account.refused",
        f"member:{member.id}",
        by=by,
        cooperative_id=member.cooperative_id,
        after={"change": change.id},
    )


def issue_household_key(member: Member, pin_hash: str, *, by: int) -> HouseholdKey:
    """Give a member a new printed code with its PIN; the old one ends."""
    db.session.get_one(Member, member.id, with_for_update=True, populate_existing=True)
    old = db.session.scalars(
        select(HouseholdKey).where(HouseholdKey.member_id == member.id, HouseholdKey.ended_at.is_(None))
    ).one_or_none()
    if old is not None:
        old.ended_at = clock.now()
        db.session.flush()
    key = HouseholdKey(member_id=member.id, code=new_code(), pin_hash=pin_hash, created_at=clock.now(), ended_at=None)
    db.session.add(key)
    db.session.flush()
    trail.record(
        "household_key.issued",
        f"member:{member.id}",
        by=by,
        cooperative_id=member.cooperative_id,
        after={"key": key.id},
    )
    return key


def _free_number(cooperative_id: int, number: int | None) -> int:
    if number is None:
        last = db.session.scalar(select(func.max(Member.number)).where(Member.cooperative_id == cooperative_id))
        return (last or 0) + 1
    taken = select(Member.id).where(Member.cooperative_id == cooperative_id, Member.number == number)
    if db.session.scalar(taken) is not None:
        raise FieldError("number_taken", "number", number=number)
    return number


def _payee(payee: str, name: str, kind: MemberKind, field: str = "payee") -> str:
    cleaned = clean_name(payee, "payee") if payee.strip() else name
    if kind is MemberKind.COLLECTIVE and cleaned != name:
        raise FieldError("collective_payee", field)
    return cleaned


def _clean(facts: MemberFacts, cooperative: Cooperative) -> dict[str, object]:
    values: dict[str, object] = {"capital_minor": 0, "land_mmu": 0, **facts}
    values["name"] = clean_name(facts["name"])
    values["village_group"] = clean_name(facts["village_group"], "village_group")
    values["phone"] = clean_phone(facts["phone"]) if facts.get("phone") else None
    if facts["joined_on"] > clock.today(cooperative.zone):
        raise FieldError("date_in_future", "joined_on")
    if facts.get("land_mmu", 0) > MOST_LAND_MMU:
        raise FieldError("too_much_land", "land_mmu")
    return values
