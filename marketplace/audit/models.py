"""Tables of what coordinators do."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.core.columns import Instant, Pk, enum_column
from marketplace.distribution import Run
from marketplace.extensions import Base
from marketplace.identity import User


class Verdict(StrEnum):
    """What a coordinator said of a run."""

    CHECKED = "checked"
    SENT_BACK = "sent_back"


class RunReview(Base):
    """A coordinator's recomputation of a run and the verdict."""

    __tablename__ = "run_review"
    __table_args__ = (
        CheckConstraint("verdict <> 'sent_back' or reason <> ''", name="sent_back_has_reason"),
        CheckConstraint("verdict <> 'checked' or recomputed_hash = stored_hash", name="checked_has_same_hash"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Pk]
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), index=True)
    coordinator_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    verdict: Mapped[Verdict] = mapped_column(enum_column(Verdict))
    stored_hash: Mapped[str] = mapped_column(String(64))
    recomputed_hash: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(500), default="")
    at: Mapped[Instant]

    run: Mapped[Run] = relationship()
    coordinator: Mapped[User] = relationship()
