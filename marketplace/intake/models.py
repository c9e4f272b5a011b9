"""Tables of the weighing station: weighings and the lots that they fill."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.cooperatives import Cooperative, Member
from marketplace.core.columns import Code, Grams, Instant, Pk, enum_column
from marketplace.extensions import Base
from marketplace.identity import User
from marketplace.produce import Grade, Season


class WeightUnit(StrEnum):
    """The unit in which a weight was read off the scale."""

    KG = "kg"
    JIN = "jin"


class Lot(Base):
    """What one grade of one season took in on one day; goods leave by lots, first in, first out."""

    __tablename__ = "lot"
    __table_args__ = (
        UniqueConstraint("season_id", "grade_id", "taken_in_on"),
        UniqueConstraint("cooperative_id", "code"),
        CheckConstraint("allocated_g >= 0 and accepted_g >= allocated_g", name="not_over_allocated"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Pk]
    cooperative_id: Mapped[int] = mapped_column(ForeignKey("cooperative.id"), index=True)
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"), index=True)
    grade_id: Mapped[int] = mapped_column(ForeignKey("grade.id"), index=True)
    code: Mapped[Code]
    taken_in_on: Mapped[date]
    accepted_g: Mapped[Grams] = mapped_column(default=0)
    allocated_g: Mapped[Grams] = mapped_column(default=0)

    season: Mapped[Season] = relationship()
    grade: Mapped[Grade] = relationship()


class Weighing(Base):
    """One load on the scale. Never changed: a correction is a new weighing that names the one it replaces."""

    __tablename__ = "weighing"
    __table_args__ = (
        UniqueConstraint("cooperative_id", "number"),
        UniqueConstraint("cooperative_id", "form_token"),
        UniqueConstraint("corrects_id"),
        CheckConstraint("gross_g >= 0 and tare_g >= 0 and cut_g >= 0 and accepted_g >= 0", name="not_negative"),
        CheckConstraint("accepted_g = 0 or accepted_g = gross_g - tare_g - cut_g", name="accepted_is_net"),
        CheckConstraint("corrects_id is null or reason <> ''", name="correction_has_reason"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Pk]
    cooperative_id: Mapped[int] = mapped_column(ForeignKey("cooperative.id"), index=True)
    number: Mapped[int]  # the receipt's, without gaps within the cooperative
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"), index=True)
    grade_id: Mapped[int] = mapped_column(ForeignKey("grade.id"), index=True)
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"), index=True)  # none when nothing was accepted
    unit: Mapped[WeightUnit] = mapped_column(enum_column(WeightUnit))
    gross_g: Mapped[Grams]
    tare_g: Mapped[Grams]
    cut_g: Mapped[Grams]
    accepted_g: Mapped[Grams]  # gross - tare - cuts; 0 for rejects and for a slip that was taken back
    weighed_at: Mapped[Instant]
    weighed_on: Mapped[date]  # business date in the cooperative's zone
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("weighing.id"))
    reason: Mapped[str] = mapped_column(String(200), default="")
    form_token: Mapped[Code]

    cooperative: Mapped[Cooperative] = relationship()
    member: Mapped[Member] = relationship()
    season: Mapped[Season] = relationship()
    grade: Mapped[Grade] = relationship()
    lot: Mapped[Lot | None] = relationship()
    by: Mapped[User] = relationship()
    corrects: Mapped["Weighing | None"] = relationship(remote_side="Weighing.id")

    @property
    def source(self) -> str:
        """The weighing as a dimension of ledger entries."""
        return f"intake:{self.id}"
