"""Named reads of cooperatives, members and staff."""

from collections.abc import Sequence

from sqlalchemy import Select, String, cast, func, or_, select

from marketplace.cooperatives.models import Cooperative, HouseholdKey, Member, MemberKind, Staff, StaffRole
from marketplace.extensions import db


def find_cooperative(slug: str) -> Cooperative | None:
    """Find a cooperative by its name in addresses."""
    return db.session.scalars(select(Cooperative).where(Cooperative.slug == slug)).one_or_none()


def select_members(cooperative_id: int, *, text: str = "", kind: MemberKind | None = None) -> Select[Member]:
    """Return a select of a cooperative's members by number or a part of the name, in the order of their numbers."""
    query = select(Member).where(Member.cooperative_id == cooperative_id).order_by(Member.number)
    wanted = text.strip()
    if wanted:
        like = "%" + wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        query = query.where(
            or_(cast(Member.number, String) == wanted, func.lower(Member.name).like(like.lower(), escape="\\"))
        )
    return query.where(Member.kind == kind) if kind else query


def list_members(cooperative_id: int) -> Sequence[Member]:
    """List the members who have not left, in the order of their numbers."""
    return db.session.scalars(select_members(cooperative_id).where(Member.left_on.is_(None))).all()


def list_staff(cooperative_id: int, *roles: StaffRole) -> Sequence[Staff]:
    """List who has a duty in a cooperative now, all or of some roles."""
    query = select(Staff).where(Staff.cooperative_id == cooperative_id, Staff.ended_on.is_(None)).order_by(Staff.id)
    return db.session.scalars(query.where(Staff.role.in_(roles)) if roles else query).all()


def find_household_key(code: str) -> HouseholdKey | None:
    """Find a household's printed code that has not ended."""
    query = select(HouseholdKey).where(HouseholdKey.code == code.strip().upper(), HouseholdKey.ended_at.is_(None))
    return db.session.scalars(query).one_or_none()
