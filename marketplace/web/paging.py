"""Two ways through a long list: numbered pages where people jump, keys where lists have no end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode

from flask import abort, request
from sqlalchemy import Select, func, select, tuple_

from marketplace.extensions import db

T = TypeVar("T")
SIZE = 20
NEAR = 2
MOST_DIGITS = 18  # of a key; more would not go into the database


def _here(**changes: object) -> str:
    """Return this address with other arguments; filters stay. No name in a query may reach `url_for`."""
    args: dict[str, Any] = {**request.args.to_dict(flat=False), **changes}
    query = urlencode({name: value for name, value in args.items() if value is not None}, doseq=True)
    return quote(request.script_root + request.path) + (f"?{query}" if query else "")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One numbered page; `numbers` has None for a gap."""

    items: Sequence[T]
    number: int
    last: int
    total: int

    @property
    def numbers(self) -> list[int | None]:
        """Return the numbers to show: the ends, and those near this one."""
        near = [n for n in range(1, self.last + 1) if n in {1, self.last} or abs(n - self.number) <= NEAR]
        out: list[int | None] = []
        for n in near:
            if out and out[-1] is not None and n - out[-1] > 1:
                out.append(None)
            out.append(n)
        return out

    def url(self, number: int) -> str:
        """Return the address of another page of the same list."""
        return _here(page=number)


def page_of(query: Select[T]) -> Page[T]:
    """Read ?page= of `query`: two statements, whatever the size. A page beyond the end is 404."""
    number = request.args.get("page", 1, type=int)
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).options().subquery())) or 0
    last = max(1, -(-total // SIZE))
    if not 1 <= number <= last:
        abort(404)
    return Page(db.session.scalars(query.limit(SIZE).offset((number - 1) * SIZE)).all(), number, last, total)


@dataclass(frozen=True, slots=True)
class Stretch(Generic[T]):
    """A stretch of an endless list, newest first."""

    items: Sequence[T]
    older: str | None
    newest: str | None


def stretch_of(query: Select[T], day: Any, key: Any) -> Stretch[T]:
    """Read ?before=2026-10-01.17 of `query`, ordered by (day, key) downwards: one statement, no offset."""
    before = request.args.get("before")
    query = query.order_by(day.desc(), key.desc()).limit(SIZE + 1)
    if before:
        try:
            on, _, last = before.partition(".")
            mark_at = date.fromisoformat(on), int(last[:MOST_DIGITS])
        except ValueError:
            abort(404)
        query = query.where(tuple_(day, key) < mark_at)
    rows = db.session.scalars(query).all()
    more = rows[SIZE - 1] if len(rows) > SIZE else None
    mark = f"{getattr(more, day.key)}.{getattr(more, key.key)}" if more is not None else None
    return Stretch(rows[:SIZE], _here(before=mark) if mark else None, _here(before=None) if before else None)
