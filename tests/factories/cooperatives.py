"""Cooperatives, members, staff and coordinators, made through the front door."""

from datetime import date
from itertools import count
from typing import Any

from marketplace import cooperatives, identity
from marketplace.cooperatives import AssignmentLevel, Cooperative, HouseholdKey, Member, MemberKind, StaffRole
from marketplace.extensions import atomic
from marketplace.identity import PlatformRole, User
from tests.factories.identity import make_user

ACCOUNT = "6217001234567890122"  # passes Luhn
_numbers = count(1)


def make_cooperative(name: str = "塬上苹果合作社", **profile: Any) -> Cooperative:
    """Admit a cooperative."""
    number = next(_numbers)
    facts = {
        "name_en": "Yuanshang Apple Cooperative",
        "county": "洛川县",
        "county_en": "Luochuan",
        "village": "塬上村",
        "village_en": "Yuanshang village",
    } | profile
    with atomic():
        return cooperatives.admit(
            slug=facts.pop("slug", f"yuanshang-{number}"),
            merchant_account=facts.pop("merchant_account", f"acct_{number}"),
            currency=facts.pop("currency", "CNY"),
            name=name,
            **facts,
        )


def make_staff(cooperative: Cooperative, role: StaffRole = StaffRole.CLERK, name: str = "李静") -> User:
    """Create a user with a duty in a cooperative."""
    user = make_user(PlatformRole.STAFF, name)
    with atomic():
        cooperatives.appoint(user, cooperative, role)
    return user


def make_coordinator(*assigned: Cooperative, name: str = "周明") -> User:
    """Create a coordinator who follows some cooperatives."""
    user = make_user(PlatformRole.COORDINATOR, name)
    with atomic():
        for cooperative in assigned:
            cooperatives.assign(user, cooperative, AssignmentLevel.COUNTY)
    return user


def make_member(
    cooperative: Cooperative,
    name: str = "张建国",
    *,
    by: User | None = None,
    kind: MemberKind = MemberKind.HOUSEHOLD,
    **facts: Any,
) -> Member:
    """Add a member, with a bank account unless `bank_account` is empty."""
    values = {
        "village_group": "一组",
        "joined_on": date(2020, 1, 1),
        "bank_name": "中国农业银行洛川支行",
        "bank_account": ACCOUNT,
        "capital_minor": 100_00,
        "land_mmu": 5_000,
    } | facts
    who = by or make_staff(cooperative)
    with atomic():
        return cooperatives.add_member(
            cooperative, token=f"member {next(_numbers)}", by=who.id, name=name, kind=kind, **values
        )


def make_household_key(member: Member, pin: str = "246810", *, by: User | None = None) -> HouseholdKey:
    """Give a member a printed code and a PIN."""
    who = by or make_staff(member.cooperative)
    with atomic():
        return cooperatives.issue_household_key(member, identity.hash_password(pin), by=who.id)
