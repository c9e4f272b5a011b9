"""Admitting cooperatives, keeping their profile, appointing staff, assigning coordinators."""

from datetime import date
from typing import NotRequired, TypedDict, Unpack

from sqlalchemy import select

from marketplace import trail
from marketplace.cooperatives.models import (
    Assignment,
    AssignmentLevel,
    Cooperative,
    Staff,
    StaffRole,
)
from marketplace.cooperatives.queries import find_cooperative
from marketplace.cooperatives.rules import clean_slug, clean_zone
from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.core.names import clean_name
from marketplace.extensions import db
from marketplace.identity import PlatformRole, User

LONGEST_STORY = 4000


class Profile(TypedDict):
    """What a cooperative says of itself."""

    name: str
    county: str
    village: str
    name_en: NotRequired[str | None]
    county_en: NotRequired[str | None]
    village_en: NotRequired[str | None]
    story: NotRequired[str]
    story_en: NotRequired[str | None]
    picture: NotRequired[str | None]
    zone: NotRequired[str]


def admit(
    *, slug: str, merchant_account: str, currency: str = "CNY", by: int | None = None, **profile: Unpack[Profile]
) -> Cooperative:
    """Admit a cooperative, merchant of its own sales under its own account at the payment processor.

    Raises FieldError `slug_taken`, `account_taken` and what the rules refuse.
    """
    name = clean_slug(slug)
    if find_cooperative(name) is not None:
        raise FieldError("slug_taken", "slug")
    if db.session.scalar(select(Cooperative.id).where(Cooperative.merchant_account == merchant_account)) is not None:
        raise FieldError("account_taken", "merchant_account")
    cooperative = Cooperative(
        slug=name, merchant_account=merchant_account, currency=currency, admitted_at=clock.now(), **_clean(profile)
    )
    db.session.add(cooperative)
    db.session.flush()
    trail.record("cooperative.admitted", f"cooperative:{cooperative.id}", by=by, cooperative_id=cooperative.id)
    return cooperative


def edit_profile(cooperative: Cooperative, *, by: int, **profile: Unpack[Profile]) -> None:
    """Change what a cooperative says of itself; raises what the rules refuse."""
    changed = []
    for field, value in _clean(profile).items():
        if getattr(cooperative, field) != value:
            setattr(cooperative, field, value)
            changed.append(field)
    db.session.flush()
    if changed:
        trail.record(
            "cooperative.edited",
            f"cooperative:{cooperative.id}",
            by=by,
            cooperative_id=cooperative.id,
            after={"fields": sorted(changed)},
        )


def appoint(user: User, cooperative: Cooperative, role: StaffRole, *, by: int | None = None) -> Staff:
    """Give a user a duty in a cooperative from today; who has one already must end it first.

    A supervisor is never manager or cashier [Coop Law 33]: one live duty per user holds that.
    Raises FieldError `not_staff`, `has_duty`.
    """
    if user.platform_role is not PlatformRole.STAFF:
        raise FieldError("not_staff", "email")
    if db.session.scalar(select(Staff.id).where(Staff.user_id == user.id, Staff.ended_on.is_(None))) is not None:
        raise FieldError("has_duty", "email")
    staff = Staff(
        cooperative_id=cooperative.id, user_id=user.id, role=role, since_on=clock.today(cooperative.zone), ended_on=None
    )
    db.session.add(staff)
    db.session.flush()
    trail.record(
        "staff.appointed",
        f"user:{user.id}",
        by=by,
        cooperative_id=cooperative.id,
        after={"role": role.value},
    )
    return staff


def end_duty(staff: Staff, on: date, *, by: int) -> None:
    """End a duty; the person's rights end at once.

    Raises FieldError `own_duty`, `ended_already`, `date_before_start`.
    """
    if staff.user_id == by:
        raise FieldError("own_duty")
    if staff.ended_on is not None:
        raise FieldError("ended_already")
    if on < staff.since_on:
        raise FieldError("date_before_start", "on")
    staff.ended_on = on
    db.session.flush()
    trail.record("staff.ended", f"user:{staff.user_id}", by=by, cooperative_id=staff.cooperative_id)


def assign(user: User, cooperative: Cooperative, level: AssignmentLevel, *, by: int | None = None) -> Assignment:
    """Let a coordinator follow a cooperative from today; raises FieldError `not_a_coordinator`, `assigned_already`."""
    if user.platform_role is not PlatformRole.COORDINATOR:
        raise FieldError("not_a_coordinator", "email")
    live = select(Assignment.id).where(
        Assignment.user_id == user.id, Assignment.cooperative_id == cooperative.id, Assignment.ended_on.is_(None)
    )
    if db.session.scalar(live) is not None:
        raise FieldError("assigned_already", "email")
    assignment = Assignment(
        cooperative_id=cooperative.id,
        user_id=user.id,
        level=level,
        since_on=clock.today(cooperative.zone),
        ended_on=None,
    )
    db.session.add(assignment)
    db.session.flush()
    trail.record(
        "coordinator.assigned", f"user:{user.id}", by=by, cooperative_id=cooperative.id, after={"level": level.value}
    )
    return assignment


def end_assignment(assignment: Assignment, on: date, *, by: int | None = None) -> None:
    """End a coordinator's assignment; raises FieldError `ended_already`."""
    if assignment.ended_on is not None:
        raise FieldError("ended_already")
    assignment.ended_on = on
    db.session.flush()
    trail.record("coordinator.released", f"user:{assignment.user_id}", by=by, cooperative_id=assignment.cooperative_id)


def _clean(profile: Profile) -> dict[str, object]:
    values: dict[str, object] = dict(profile)
    for field in ("name", "county", "village"):
        values[field] = clean_name(str(values[field]), field)
    for field in ("name_en", "county_en", "village_en"):
        if field in values:
            values[field] = clean_name(str(values[field]), field) if values[field] else None
    for field in ("story", "story_en"):
        if len(str(values.get(field) or "")) > LONGEST_STORY:
            raise FieldError("text_too_long", field, longest=LONGEST_STORY)
    if "zone" in values:
        values["zone"] = clean_zone(str(values["zone"]))
    return values
