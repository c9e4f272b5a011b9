"""The acting person of a request: a user in a room, or a household with its printed code."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.cooperatives import Cooperative, HouseholdKey, Member, Staff
from marketplace.extensions import db
from marketplace.identity import PlatformRole, User


class Role(StrEnum):
    """What a page's policy asks for."""

    BUYER = "buyer"
    CLERK = "clerk"
    MANAGER = "manager"
    CASHIER = "cashier"
    SUPERVISOR = "supervisor"
    HOUSEHOLD = "household"
    COORDINATOR = "coordinator"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who is logged in, with all that policies and scopes ask about."""

    session_id: str
    role: Role
    name: str
    locale: str | None
    room_name: str = ""
    room_name_en: str | None = None
    user_id: int | None = None
    buyer_id: int | None = None
    member_id: int | None = None
    cooperative_id: int | None = None
    zone: str = "Asia/Shanghai"
    currency: str = "CNY"

    @property
    def is_authenticated(self) -> bool:
        """Tell Flask-Login that somebody is there."""
        return True

    @property
    def is_active(self) -> bool:
        """Tell Flask-Login that the person may act; ended rights are never loaded."""
        return True

    @property
    def is_anonymous(self) -> bool:
        """Tell Flask-Login that the person is known."""
        return False

    def get_id(self) -> str:
        """Return what the session cookie keeps."""
        return self.session_id

    @property
    def by(self) -> int:
        """Return the acting user's id; a household has none and may not do what asks for one."""
        if self.user_id is None:
            raise TypeError("a household is not a user")
        return self.user_id


def session_id_of_user(user: User) -> str:
    """Return the session's id of a user; it dies with the user's salt."""
    return f"user:{user.id}:{user.session_salt}"


def session_id_of_household(key: HouseholdKey) -> str:
    """Return the session's id of a household; it dies with the printed code."""
    return f"household:{key.id}"


_DIGITS = 17  # of the longest id in a session


def load_actor(session_id: str) -> Actor | None:
    """Load who a session belongs to, or None when the person, the duty or the code has ended."""
    kind, _, rest = session_id.partition(":")
    number, _, salt = rest.partition(":")
    if not (number.isascii() and number.isdigit() and len(number) <= _DIGITS):
        return None
    if kind == "household":
        return _load_household(session_id, int(number))
    return _load_user(session_id, int(number), salt) if kind == "user" else None


def _load_user(session_id: str, user_id: int, salt: str) -> Actor | None:
    user = db.session.get(User, user_id, options=[joinedload(User.buyer)])
    if user is None or user.closed_at is not None or user.session_salt != salt:
        return None
    if user.platform_role is PlatformRole.STAFF:
        return _load_staff(session_id, user)
    return Actor(
        session_id=session_id,
        role=Role(user.platform_role.value),
        name=user.name,
        locale=user.locale,
        room_name=user.buyer.name if user.buyer else "",
        user_id=user.id,
        buyer_id=user.buyer_id,
    )


def _load_staff(session_id: str, user: User) -> Actor | None:
    row = db.session.execute(
        select(Staff.role, Cooperative)
        .join(Cooperative, Cooperative.id == Staff.cooperative_id)
        .where(Staff.user_id == user.id, Staff.ended_on.is_(None))
    ).first()
    if row is None:
        return None
    role, cooperative = row
    return Actor(
        session_id=session_id,
        role=Role(role.value),
        name=user.name,
        locale=user.locale,
        room_name=cooperative.name,
        room_name_en=cooperative.name_en,
        user_id=user.id,
        cooperative_id=cooperative.id,
        zone=cooperative.zone,
        currency=cooperative.currency,
    )


def _load_household(session_id: str, key_id: int) -> Actor | None:
    row = db.session.execute(
        select(Member, Cooperative)
        .join(HouseholdKey, HouseholdKey.member_id == Member.id)
        .join(Cooperative, Cooperative.id == Member.cooperative_id)
        .where(HouseholdKey.id == key_id, HouseholdKey.ended_at.is_(None))
    ).first()
    if row is None:
        return None
    member, cooperative = row
    return Actor(
        session_id=session_id,
        role=Role.HOUSEHOLD,
        name=member.name,
        locale=None,
        room_name=cooperative.name,
        room_name_en=cooperative.name_en,
        member_id=member.id,
        cooperative_id=cooperative.id,
        zone=cooperative.zone,
        currency=cooperative.currency,
    )
