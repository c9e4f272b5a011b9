"""The job row."""

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.columns import Code, Instant, Pk, enum_column
from marketplace.extensions import Base


class JobState(StrEnum):
    """Where a job is."""

    DUE = "due"
    LEASED = "leased"
    DONE = "done"
    DEAD = "dead"


class Job(Base):
    """Work to be done after a commit; `attempts` is the fence that tells a late worker from the present one."""

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("once_token"),
        CheckConstraint("(state = 'leased') = (leased_until is not null)", name="lease"),
        Index(None, "state", "due_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Pk]
    kind: Mapped[Code]
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    once_token: Mapped[str | None] = mapped_column(String(120))
    state: Mapped[JobState] = mapped_column(enum_column(JobState))
    due_at: Mapped[Instant]
    leased_until: Mapped[Instant | None]
    attempts: Mapped[int]
    last_error: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[Instant]
