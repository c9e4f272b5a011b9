"""Recording deeds, and reading them back."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from marketplace.core import clock
from marketplace.extensions import db
from marketplace.trail.guards import guards
from marketplace.trail.models import TrailEntry

SYSTEM = "system"


def record(
    verb: str,
    subject: str,
    *,
    by: int | str | None,
    cooperative_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> TrailEntry:
    """Record a deed in the caller's transaction.

    `by` is the id of a user, an actor such as `member:7`, or None for the system. `before` and `after` hold ids,
    figures and hashes that JSON knows; never names, numbers of accounts or telephones.
    """
    actor = SYSTEM if by is None else f"user:{by}" if isinstance(by, int) else by
    entry = TrailEntry(
        at=clock.now(),
        actor=actor,
        verb=verb,
        subject=subject,
        cooperative_id=cooperative_id,
        before=dict(before) if before is not None else None,
        after=dict(after) if after is not None else None,
    )
    db.session.add(entry)
    db.session.flush()
    return entry


def list_of(*subjects: str) -> Sequence[TrailEntry]:
    """List the deeds done to one or several things, oldest first."""
    return db.session.scalars(select(TrailEntry).where(TrailEntry.subject.in_(subjects)).order_by(TrailEntry.id)).all()


def list_in(cooperative_ids: Collection[int], *, limit: int, before_id: int | None = None) -> Sequence[TrailEntry]:
    """List the newest deeds in some cooperatives, newest first; `before_id` continues a list."""
    query = select(TrailEntry).where(TrailEntry.cooperative_id.in_(cooperative_ids))
    if before_id is not None:
        query = query.where(TrailEntry.id < before_id)
    return db.session.scalars(query.order_by(TrailEntry.id.desc()).limit(limit)).all()


def missing_guards() -> list[str]:
    """Name the triggers of the trail that do not stand."""
    return guards.missing(db.session.connection())
