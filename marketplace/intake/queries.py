"""Named reads of weighings: what stands, who brought what, what is usual."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from marketplace.cooperatives import Member
from marketplace.extensions import db
from marketplace.intake import rules
from marketplace.intake.models import Weighing
from marketplace.produce import Grade, Product

REMEMBERED = 20  # so many of a household's last loads say what is usual


class Brought(NamedTuple):
    """What one member brought of one grade; a reject is there with 0 accepted."""

    member_id: int
    grade_id: int
    accepted_g: int
    loads: int


class Recent(NamedTuple):
    """A member, and when they last stood at the scale."""

    member: Member
    weighed_at: datetime


def is_effective(until_id: int | None = None) -> ColumnElement[bool]:
    """Return the condition that no other weighing corrects this one, as the book stood at the weighing `until_id`."""
    later = aliased(Weighing)
    corrected = exists().where(later.corrects_id == Weighing.id)
    if until_id is None:
        return ~corrected
    return and_(Weighing.id <= until_id, ~corrected.where(later.id <= until_id))


def _counts() -> ColumnElement[bool]:
    """Return the condition that something came: accepted, or a reject; a slip taken back is neither."""
    return or_(Weighing.accepted_g > 0, and_(Grade.is_reject, Weighing.gross_g > 0))


def effective_weighings(season_id: int, until_id: int | None = None) -> Sequence[Weighing]:
    """List what a season's book says, rejects too, by receipt; `until_id` says how it stood at that weighing."""
    return db.session.scalars(
        select(Weighing)
        .join(Weighing.grade)
        .where(Weighing.season_id == season_id, _counts(), is_effective(until_id))
        .options(joinedload(Weighing.member), joinedload(Weighing.grade), joinedload(Weighing.lot))
        .order_by(Weighing.number)
    ).all()


def accepted_by_member(season_id: int, until_id: int | None = None) -> list[Brought]:
    """Add up what each member brought of each grade, over all days and points of a season, in grams."""
    rows = db.session.execute(
        select(Weighing.member_id, Weighing.grade_id, func.sum(Weighing.accepted_g), func.count(Weighing.id))
        .join(Weighing.grade)
        .where(Weighing.season_id == season_id, _counts(), is_effective(until_id))
        .group_by(Weighing.member_id, Weighing.grade_id)
        .order_by(Weighing.member_id, Weighing.grade_id)
    )
    return [Brought(row[0], row[1], int(row[2]), row[3]) for row in rows]


def newest_weighing_id(season_id: int) -> int:
    """Return the id of a season's newest weighing, or 0; under `lock_station` none below it can follow."""
    return db.session.scalar(select(func.max(Weighing.id)).where(Weighing.season_id == season_id)) or 0


def find_weighing(cooperative_id: int, token: str) -> Weighing | None:
    """Find the weighing that a form token wrote."""
    return db.session.scalars(
        select(Weighing).where(Weighing.cooperative_id == cooperative_id, Weighing.form_token == token)
    ).one_or_none()


def find_correction(weighing_id: int) -> Weighing | None:
    """Find the weighing that corrects another one."""
    return db.session.scalars(select(Weighing).where(Weighing.corrects_id == weighing_id)).one_or_none()


def corrected_among(weighing_ids: Sequence[int]) -> set[int]:
    """Return which of some weighings another one corrects."""
    query = select(Weighing.corrects_id).where(Weighing.corrects_id.in_(weighing_ids))
    return {found for found in db.session.scalars(query) if found is not None}


def accepted_in(weighings: Select[Weighing]) -> int:
    """Add up the grams that were accepted in a selection of weighings, corrected ones left out."""
    total = weighings.where(is_effective()).order_by(None).with_only_columns(func.sum(Weighing.accepted_g))
    return int(db.session.scalar(total) or 0)


def chain_of(weighing: Weighing) -> list[Weighing]:
    """List a weighing with all that it corrects and all that correct it, oldest first."""
    edges = select(Weighing.id, Weighing.corrects_id).where(Weighing.id == weighing.id)
    back = edges.cte("back", recursive=True)
    older = aliased(Weighing)
    back = back.union_all(select(older.id, older.corrects_id).join(back, older.id == back.c.corrects_id))
    forth = edges.cte("forth", recursive=True)
    newer = aliased(Weighing)
    forth = forth.union_all(select(newer.id, newer.corrects_id).join(forth, newer.corrects_id == forth.c.id))
    return list(
        db.session.scalars(
            select(Weighing)
            .where(or_(Weighing.id.in_(select(back.c.id)), Weighing.id.in_(select(forth.c.id))))
            .options(
                joinedload(Weighing.member),
                joinedload(Weighing.grade),
                joinedload(Weighing.lot),
                joinedload(Weighing.by),
            )
            .order_by(Weighing.id)
        )
    )


def doubt(product: Product, accepted_g: int, member: Member) -> rules.Doubt | None:
    """Say why a load of this member and product looks wrong, or None."""
    earlier = db.session.scalars(
        select(Weighing.accepted_g)
        .join(Weighing.grade)
        .where(Weighing.member_id == member.id, Grade.product_id == product.id, Weighing.accepted_g > 0, is_effective())
        .order_by(Weighing.id.desc())
        .limit(REMEMBERED)
    ).all()
    return rules.find_doubt(accepted_g, product.usual_load_g, earlier)


def is_unusual(product: Product, accepted_g: int, member: Member) -> bool:
    """Say whether a load is so far above what is usual that the page asks again."""
    return doubt(product, accepted_g, member) is not None


def recent_members(cooperative_id: int, limit: int) -> list[Recent]:
    """List the members who stood at the scale last, latest first."""
    last = (
        select(Weighing.member_id, func.max(Weighing.id).label("last"))
        .where(Weighing.cooperative_id == cooperative_id, Weighing.corrects_id.is_(None))
        .group_by(Weighing.member_id)
        .order_by(func.max(Weighing.id).desc())
        .limit(limit)
        .subquery()
    )
    rows = db.session.execute(
        select(Member, Weighing.weighed_at)
        .join(last, last.c.member_id == Member.id)
        .join(Weighing, Weighing.id == last.c.last)
        .where(Member.left_on.is_(None))
        .order_by(last.c.last.desc())
    )
    return [Recent(row[0], row[1]) for row in rows]


def list_last(cooperative_id: int, limit: int) -> Sequence[Weighing]:
    """List the last slips, latest first, with member and grade."""
    return db.session.scalars(
        select(Weighing)
        .where(Weighing.cooperative_id == cooperative_id)
        .options(joinedload(Weighing.member), joinedload(Weighing.grade))
        .order_by(Weighing.number.desc())
        .limit(limit)
    ).all()
