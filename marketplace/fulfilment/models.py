"""Tables of goods on their way: shipments and the lots that went into them."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.core.columns import Code, Grams, Instant, Pk, enum_column
from marketplace.extensions import Base
from marketplace.identity import User
from marketplace.intake import Lot
from marketplace.ordering import Order, OrderLine


class AcceptedBy(StrEnum):
    """How goods were accepted [Civil Code 621]."""

    WORD = "word"
    SILENCE = "silence"


class Shipment(Base):
    """The boxes of one order; their printed code opens the public page of section 10."""

    __tablename__ = "shipment"
    __table_args__ = (
        UniqueConstraint("order_id"),
        UniqueConstraint("box_code"),
        CheckConstraint("(shipped_at is null) = (carrier = '')", name="shipped_has_carrier"),
        CheckConstraint("(accepted_at is null) = (accepted_by is null)", name="accepted_has_how"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Pk]
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"))
    box_code: Mapped[Code]
    packed_at: Mapped[Instant]
    packed_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    carrier: Mapped[str] = mapped_column(String(60), default="")
    tracking_number: Mapped[Code] = mapped_column(default="")
    shipped_at: Mapped[Instant | None]
    shipped_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    accept_by: Mapped[Instant | None]  # silence until then is acceptance; text and check come from this value
    accepted_at: Mapped[Instant | None]
    accepted_by: Mapped[AcceptedBy | None] = mapped_column(enum_column(AcceptedBy))

    order: Mapped[Order] = relationship()
    packed_by: Mapped[User] = relationship(foreign_keys=[packed_by_id])
    allocations: Mapped[list["LotAllocation"]] = relationship(order_by="LotAllocation.id", back_populates="shipment")


class LotAllocation(Base):
    """Grams of a lot that went into a shipment for one order line."""

    __tablename__ = "lot_allocation"
    __table_args__ = (UniqueConstraint("order_line_id", "lot_id"), CheckConstraint("allocated_g > 0", name="positive"))

    id: Mapped[Pk]
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id"), index=True)
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_line.id"), index=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), index=True)
    allocated_g: Mapped[Grams]

    shipment: Mapped[Shipment] = relationship(back_populates="allocations")
    order_line: Mapped[OrderLine] = relationship()
    lot: Mapped[Lot] = relationship()
