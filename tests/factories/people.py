"""One person of each role, each in a room of their own."""

from datetime import date

from marketplace.access import Role
from marketplace.cooperatives import (
    Assignment,
    AssignmentLevel,
    Cooperative,
    HouseholdKey,
    Member,
    MemberKind,
    Staff,
    StaffRole,
)
from marketplace.core.clock import now
from marketplace.extensions import atomic, db
from marketplace.identity import Buyer, BuyerKind, PlatformRole, User

SINCE = date(2026, 1, 1)


def make_user(role: Role, locale: str = "en") -> User:
    """Add a user of a role; staff has no duty yet."""
    platform = PlatformRole.STAFF if role.value in set(StaffRole) else PlatformRole(role.value)
    buyer = None
    if platform is PlatformRole.BUYER:
        buyer = Buyer(kind=BuyerKind.PERSON, name="李晓", created_at=now())
    user = User(
        email=f"{role.value}@example.org",
        password_hash="not a hash",
        name="王芳",
        platform_role=platform,
        buyer=buyer,
        locale=locale,
        session_salt=f"salt-{role.value}",
        created_at=now(),
    )
    db.session.add(user)
    return user


def make_everyone() -> dict[Role, User | HouseholdKey]:
    """Add a cooperative, a household and somebody of every role; the coordinator follows the cooperative."""
    with atomic():
        cooperative = Cooperative(
            slug="yuanshang",
            name="塬上苹果合作社",
            name_en="Yuanshang Apple Cooperative",
            county="洛川县",
            village="塬上村",
            merchant_account="acct_test_yuanshang",
            admitted_at=now(),
        )
        member = Member(
            cooperative=cooperative,
            kind=MemberKind.HOUSEHOLD,
            number=7,
            name="杨玉梅",
            village_group="二组",
            payee="杨玉梅",
            joined_on=SINCE,
            form_token="token of household 7",
            created_at=now(),
        )
        key = HouseholdKey(member=member, code="code7", pin_hash="not a hash", created_at=now())
        db.session.add_all([cooperative, member, key])
        people: dict[Role, User | HouseholdKey] = {Role.HOUSEHOLD: key}
        for role in Role:
            if role is Role.HOUSEHOLD:
                continue
            people[role] = user = make_user(role)
            if user.platform_role is PlatformRole.STAFF:
                duty = StaffRole(role.value)
                db.session.add(Staff(cooperative=cooperative, user=user, role=duty, since_on=SINCE))
        db.session.flush()
        follower = people[Role.COORDINATOR]
        db.session.add(
            Assignment(cooperative_id=cooperative.id, user_id=follower.id, level=AssignmentLevel.COUNTY, since_on=SINCE)
        )
    return people
