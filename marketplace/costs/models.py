"""Tables of what the cooperative has to pay: suppliers and their bills."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.cooperatives import Cooperative
from marketplace.core.columns import Code, Instant, Minor, Name, Pk, enum_column
from marketplace.costs.states import BillState
from marketplace.extensions import Base
from marketplace.identity import User
from marketplace.produce import Season


class CostKind(StrEnum):
    """What a bill is for."""

    FREIGHT = "freight"
    PACKING = "packing"
    STORAGE = "storage"
    WAGES = "wages"
    OTHER = "other"


class Supplier(Base):
    """Somebody who is not a member and sends bills; kept apart from members in every figure [Coop Law 41]."""

    __tablename__ = "supplier"
    __table_args__ = (UniqueConstraint("cooperative_id", "name"), {"sqlite_autoincrement": True})

    id: Mapped[Pk]
    cooperative_id: Mapped[int] = mapped_column(ForeignKey("cooperative.id"), index=True)
    name: Mapped[Name]
    created_at: Mapped[Instant]

    @property
    def party(self) -> str:
        """The supplier as a dimension of ledger entries."""
        return f"supplier:{self.id}"


class Bill(Base):
    """A supplier's bill with its voucher: entered by one person, approved by another."""

    __tablename__ = "bill"
    __table_args__ = (
        UniqueConstraint("supplier_id", "voucher_number"),
        UniqueConstraint("cooperative_id", "form_token"),
        CheckConstraint("amount_minor > 0", name="positive"),
        CheckConstraint("decided_by_id is null or decided_by_id <> entered_by_id", name="two_people"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Pk]
    cooperative_id: Mapped[int] = mapped_column(ForeignKey("cooperative.id"), index=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"), index=True)
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"), index=True)  # the pool that bears it
    kind: Mapped[CostKind] = mapped_column(enum_column(CostKind))
    voucher_number: Mapped[Code]
    billed_on: Mapped[date]
    amount_minor: Mapped[Minor]
    currency: Mapped[str] = mapped_column(String(3))
    note: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[BillState] = mapped_column(enum_column(BillState))
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    entered_at: Mapped[Instant]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[Instant | None]
    reason: Mapped[str] = mapped_column(String(200), default="")  # of a refusal
    paid_on: Mapped[date | None]
    paid_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    form_token: Mapped[Code]

    cooperative: Mapped[Cooperative] = relationship()
    supplier: Mapped[Supplier] = relationship()
    season: Mapped[Season] = relationship()
    entered_by: Mapped[User] = relationship(foreign_keys=[entered_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])

    @property
    def source(self) -> str:
        """The bill as a dimension of ledger entries."""
        return f"cost:{self.id}"
