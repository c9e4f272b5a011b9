"""Weighing in and correcting; a weighing is never changed."""

from datetime import datetime
from typing import NotRequired, TypedDict, Unpack

from sqlalchemy import func, select

from marketplace import produce, trail
from marketplace.cooperatives import Cooperative, Member
from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.extensions import db
from marketplace.intake import lots, queries, rules
from marketplace.intake.models import Weighing, WeightUnit
from marketplace.produce import Grade, Season


class Reading(TypedDict):
    """What the scale said, in grams, and in which unit it was read."""

    gross_g: int
    tare_g: int
    cut_g: int
    unit: WeightUnit
    weighed_at: NotRequired[datetime | None]


class Corrected(TypedDict):
    """What the scale really said, and of whom and which grade when these were wrong; a gross of 0 takes a slip back."""

    gross_g: int
    tare_g: int
    cut_g: int
    unit: NotRequired[WeightUnit | None]
    grade: NotRequired[Grade | None]
    member: NotRequired[Member | None]


def lock_station(cooperative_id: int) -> Cooperative:
    """Hold a cooperative's scale until the transaction ends: receipt numbers are taken under this lock, without gaps.

    It lets rows that only name the cooperative pass.
    """
    return db.session.scalars(
        select(Cooperative)
        .where(Cooperative.id == cooperative_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def weigh_in(
    member: Member, season: Season, grade: Grade, *, token: str, by: int, **reading: Unpack[Reading]
) -> Weighing:
    """Write a load down under the next receipt number; the same token with the same load gives the first slip again.

    Accepted is gross less tare less cuts, for a reject nothing. Only `catalog.take_in` calls this, for stock follows.
    Raises FieldError: `token_used` (number=) when the token came with another load, those of `rules.net`,
    `of_other_cooperative`, `of_other_product`, `not_member_then`, `season_closed`, `outside_season`, `in_future`.
    """
    cooperative = lock_station(member.cooperative_id)
    weighing = Weighing(
        cooperative_id=cooperative.id,
        member_id=member.id,
        season_id=season.id,
        grade_id=grade.id,
        unit=reading["unit"],
        gross_g=reading["gross_g"],
        tare_g=reading["tare_g"],
        cut_g=reading["cut_g"],
        weighed_at=reading.get("weighed_at") or clock.now(),
        by_id=by,
        form_token=token,
    )
    first = queries.find_weighing(cooperative.id, token)
    if first is not None:
        return _same_or_refuse(first, weighing)
    weighing.weighed_on = clock.on_day(weighing.weighed_at, cooperative.zone)
    _check(weighing, member, season, grade)
    left = rules.net(weighing.gross_g, weighing.tare_g, weighing.cut_g)
    weighing.accepted_g = 0 if grade.is_reject else left
    _write(weighing, cooperative, season, grade)
    trail.record(
        "weighing.recorded",
        f"weighing:{weighing.id}",
        by=by,
        cooperative_id=cooperative.id,
        after={"number": weighing.number, "member": member.id, "grade": grade.id, "accepted_g": weighing.accepted_g},
    )
    return weighing


def correct(weighing: Weighing, *, token: str, by: int, reason: str, **corrected: Unpack[Corrected]) -> Weighing:
    """Write a new slip that takes the place of an old one, which stays in the book.

    It keeps the old one's season, day and hour, so that the goods stay in the lot of their day. All weights 0 take the
    slip back. Only `catalog.correct_intake` calls this. Raises FieldError: `reason_missing`, `already_corrected`
    (number=), `already_promised` (left_g=) when the lot would hold less than what left it, and those of `weigh_in`.
    """
    cooperative = lock_station(weighing.cooperative_id)
    member, grade = corrected.get("member") or weighing.member, corrected.get("grade") or weighing.grade
    new = Weighing(
        cooperative_id=cooperative.id,
        member_id=member.id,
        season_id=weighing.season_id,
        grade_id=grade.id,
        unit=corrected.get("unit") or weighing.unit,
        gross_g=corrected["gross_g"],
        tare_g=corrected["tare_g"],
        cut_g=corrected["cut_g"],
        weighed_at=weighing.weighed_at,
        weighed_on=weighing.weighed_on,
        by_id=by,
        corrects_id=weighing.id,
        reason=reason.strip(),
        form_token=token,
    )
    first = queries.find_weighing(cooperative.id, token)
    if first is not None:
        return _same_or_refuse(first, new)
    if not new.reason:
        raise FieldError("reason_missing", "reason")
    successor = queries.find_correction(weighing.id)
    if successor is not None:
        raise FieldError("already_corrected", number=successor.number)
    _check(new, member, weighing.season, grade)
    taken_back = new.gross_g == new.tare_g == new.cut_g == 0
    left = 0 if taken_back else rules.net(new.gross_g, new.tare_g, new.cut_g)
    new.accepted_g = 0 if grade.is_reject else left
    _write(new, cooperative, weighing.season, grade, replaced=weighing)
    trail.record(
        "weighing.corrected",
        f"weighing:{weighing.id}",
        by=by,
        cooperative_id=cooperative.id,
        before={"member": weighing.member_id, "grade": weighing.grade_id, "accepted_g": weighing.accepted_g},
        after={"by_weighing": new.id, "member": member.id, "grade": grade.id, "accepted_g": new.accepted_g},
    )
    return new


def _same_or_refuse(first: Weighing, again: Weighing) -> Weighing:
    content = ("member_id", "season_id", "grade_id", "gross_g", "tare_g", "cut_g", "corrects_id")
    if any(getattr(first, name) != getattr(again, name) for name in content):
        raise FieldError("token_used", number=first.number)
    return first


def _check(weighing: Weighing, member: Member, season: Season, grade: Grade) -> None:
    db.session.refresh(season, with_for_update={"read": True})  # a closing of the season waits, or was seen
    if not member.cooperative_id == season.product.cooperative_id == weighing.cooperative_id:
        raise FieldError("of_other_cooperative", "member")
    if grade.product_id != season.product_id:
        raise FieldError("of_other_product", "grade")
    on = weighing.weighed_on
    if on < member.joined_on or (member.left_on is not None and on > member.left_on):
        raise FieldError("not_member_then", "member", number=member.number, on=on)
    if season.closed_at is not None:
        raise FieldError("season_closed", "grade")
    if not season.starts_on <= on <= season.ends_on:
        raise FieldError("outside_season", "grade", starts_on=season.starts_on, ends_on=season.ends_on)
    if weighing.weighed_at > clock.now():
        raise FieldError("in_future", "weighed_at")


def _write(
    weighing: Weighing, cooperative: Cooperative, season: Season, grade: Grade, replaced: Weighing | None = None
) -> None:
    lot = None
    if weighing.accepted_g:
        ordinal = produce.season_ordinal(season, cooperative.id)
        code = rules.lot_code(cooperative.slug, weighing.weighed_on, ordinal, grade.rank)
        lot = lots.lot_of_day(weighing, code)
    weighing.lot_id = lot.id if lot else None
    changes = {lot.id: weighing.accepted_g} if lot else {}
    if replaced is not None and replaced.lot_id is not None:
        changes[replaced.lot_id] = changes.get(replaced.lot_id, 0) - replaced.accepted_g
    lots.change(changes)
    last = db.session.scalar(select(func.max(Weighing.number)).where(Weighing.cooperative_id == cooperative.id))
    weighing.number = (last or 0) + 1
    db.session.add(weighing)
    db.session.flush()
