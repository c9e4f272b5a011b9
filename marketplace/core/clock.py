"""The one clock: instants in UTC, business dates in a cooperative's zone."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_fixed: list[datetime] = []


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return _fixed[-1] if _fixed else datetime.now(UTC)


def today(zone: str) -> date:
    """Return the date that it is now in a zone such as Asia/Shanghai."""
    return on_day(now(), zone)


def on_day(instant: datetime, zone: str) -> date:
    """Return the date on which an instant falls in a zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


@contextmanager
def travel(instant: datetime) -> Iterator[None]:
    """Hold the clock of the whole process at an instant.

    Only the sample loader uses it, so that a season of deeds is dated through the front doors; a server never does.
    Raises ValueError for a naive instant.
    """
    if instant.tzinfo is None:
        raise ValueError("naive datetime")
    _fixed.append(instant.astimezone(UTC))
    try:
        yield
    finally:
        _fixed.pop()
