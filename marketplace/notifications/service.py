"""Writing messages and reading them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select, update

from marketplace.core import clock
from marketplace.extensions import changed_rows, db
from marketplace.notifications.models import Message


def enqueue(
    template: str, to: int | str, locale: str, parameters: Mapping[str, Any], dedupe: str | None = None
) -> Message:
    """Write a message in the caller's transaction; it can be read when that commits.

    `to` is the id of a user or a receiver such as `member:7`. With `dedupe` the message is written once, and the
    first one is returned afterwards.
    """
    if dedupe is not None:
        first = db.session.scalar(select(Message).where(Message.once_token == dedupe))
        if first is not None:
            return first
    message = Message(
        receiver=_receiver(to),
        template=template,
        parameters=dict(parameters),
        locale=locale,
        once_token=dedupe,
        created_at=clock.now(),
    )
    db.session.add(message)
    db.session.flush()
    return message


def list_for(to: int | str, *, limit: int, offset: int = 0) -> Sequence[Message]:
    """List somebody's messages, newest first."""
    return db.session.scalars(
        select(Message).where(Message.receiver == _receiver(to)).order_by(Message.id.desc()).limit(limit).offset(offset)
    ).all()


def count_for(to: int | str, *, unread: bool = False) -> int:
    """Count somebody's messages, all or the unread."""
    query = select(func.count(Message.id)).where(Message.receiver == _receiver(to))
    if unread:
        query = query.where(Message.read_at.is_(None))
    return db.session.scalar(query) or 0


def mark_read(to: int | str, until_id: int) -> int:
    """Mark somebody's messages as read, up to and with an id; return how many that changed."""
    return changed_rows(
        db.session.execute(
            update(Message)
            .where(Message.receiver == _receiver(to), Message.id <= until_id, Message.read_at.is_(None))
            .values(read_at=clock.now())
        )
    )


def _receiver(to: int | str) -> str:
    return f"user:{to}" if isinstance(to, int) else to
