"""The table of deeds."""

from typing import Any

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.columns import Code, Instant, Pk
from marketplace.extensions import Base


class TrailEntry(Base):
    """One deed: who did what to which thing, and what it was before and after."""

    __tablename__ = "trail_entry"
    __table_args__ = (Index(None, "subject"), Index(None, "cooperative_id", "id"), {"sqlite_autoincrement": True})

    id: Mapped[Pk]
    at: Mapped[Instant]
    actor: Mapped[Code]  # user:5, member:7, system
    verb: Mapped[Code]
    subject: Mapped[Code]  # order:9
    cooperative_id: Mapped[int | None]  # opaque here: the trail knows no stage
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
