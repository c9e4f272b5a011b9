"""Tables of baskets and orders; an order belongs to one cooperative and keeps its own snapshot of all that it needs."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.catalog import Listing, Pack
from marketplace.cooperatives import Cooperative
from marketplace.core.columns import Code, Grams, Instant, Minor, Name, Pk, Whole, enum_column, only_where
from marketplace.extensions import Base
from marketplace.identity import Buyer, User
from marketplace.ordering.states import CancelReason, OrderState
from marketplace.produce import Grade, Season


class Basket(Base):
    """What somebody means to buy; before logging in it is known by a cookie only."""

    __tablename__ = "basket"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("uq_basket_buyer", "buyer_id", unique=True, **only_where("buyer_id is not null")),
    )

    id: Mapped[Pk]
    key: Mapped[Code]  # the cookie's; unguessable
    buyer_id: Mapped[int | None] = mapped_column(ForeignKey("buyer.id"))
    touched_at: Mapped[Instant]

    lines: Mapped[list["BasketLine"]] = relationship(
        order_by="BasketLine.id", back_populates="basket", cascade="all, delete-orphan"
    )


class BasketLine(Base):
    """So many of a pack, at the price that was seen when it was put in."""

    __tablename__ = "basket_line"
    __table_args__ = (
        UniqueConstraint("basket_id", "pack_id"),
        CheckConstraint("quantity > 0 and quantity <= 9999", name="quantity"),
    )

    id: Mapped[Pk]
    basket_id: Mapped[int] = mapped_column(ForeignKey("basket.id"), index=True)
    pack_id: Mapped[int] = mapped_column(ForeignKey("pack.id"), index=True)
    quantity: Mapped[int]
    seen_price_minor: Mapped[Minor]

    basket: Mapped[Basket] = relationship(back_populates="lines")
    pack: Mapped[Pack] = relationship()


class Order(Base):
    """An order at one cooperative: goods and delivery, tax included."""

    __tablename__ = "order"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("cooperative_id", "checkout_token"),
        CheckConstraint("goods_minor > 0 and delivery_minor >= 0", name="not_negative"),
        CheckConstraint("total_minor = goods_minor + delivery_minor", name="total"),
        CheckConstraint("(state = 'cancelled') = (cancel_reason is not null)", name="cancelled_has_reason"),
        Index("ix_order_held", "hold_until", **only_where("state = 'placed'")),
        Index("ix_order_cooperative_placed", "cooperative_id", "placed_on", "id"),
        Index("ix_order_buyer_placed", "buyer_id", "placed_on", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Pk]
    number: Mapped[Code]  # shown to people; not countable
    cooperative_id: Mapped[int] = mapped_column(ForeignKey("cooperative.id"))
    buyer_id: Mapped[int] = mapped_column(ForeignKey("buyer.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    checkout_token: Mapped[Code]
    state: Mapped[OrderState] = mapped_column(enum_column(OrderState))
    currency: Mapped[str] = mapped_column(String(3))
    goods_minor: Mapped[Minor]
    delivery_minor: Mapped[Minor]
    total_minor: Mapped[Minor]
    recipient: Mapped[Name]
    phone: Mapped[Code]
    province: Mapped[Name]
    city: Mapped[Name]
    district: Mapped[Name]
    street: Mapped[str] = mapped_column(String(200))
    postcode: Mapped[Code | None]
    note: Mapped[str] = mapped_column(String(200), default="")
    placed_at: Mapped[Instant]
    placed_on: Mapped[date]
    hold_until: Mapped[Instant]
    paid_at: Mapped[Instant | None]
    cancelled_at: Mapped[Instant | None]
    cancel_reason: Mapped[CancelReason | None] = mapped_column(enum_column(CancelReason))

    cooperative: Mapped[Cooperative] = relationship()
    buyer: Mapped[Buyer] = relationship()
    user: Mapped[User] = relationship()
    lines: Mapped[list["OrderLine"]] = relationship(order_by="OrderLine.id", back_populates="order")

    @property
    def source(self) -> str:
        """The order as a dimension of ledger entries and as a holder of commitments."""
        return f"order:{self.id}"

    @property
    def party(self) -> str:
        """The buyer as a dimension of ledger entries."""
        return f"buyer:{self.buyer_id}"


class OrderLine(Base):
    """A line with its frozen name, grade, pack, price, tax, fee and pool; nothing is derived from live rows."""

    __tablename__ = "order_line"
    __table_args__ = (
        CheckConstraint("quantity > 0 and grams > 0 and unit_price_minor > 0", name="positive"),
        CheckConstraint("amount_minor = quantity * unit_price_minor", name="amount"),
        CheckConstraint("tax_minor >= 0 and fee_minor >= 0 and delivery_minor >= 0", name="not_negative"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Pk]
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"), index=True)
    pack_id: Mapped[int] = mapped_column(ForeignKey("pack.id"), index=True)
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"), index=True)
    grade_id: Mapped[int] = mapped_column(ForeignKey("grade.id"), index=True)
    title: Mapped[Name]
    title_en: Mapped[Name | None]
    grade_name: Mapped[Name]
    grade_name_en: Mapped[Name | None]
    grade_rank: Mapped[int]
    pack_label: Mapped[Name]
    pack_label_en: Mapped[Name | None]
    picture: Mapped[Code]
    pack_g: Mapped[Grams]
    quantity: Mapped[int]
    grams: Mapped[int] = mapped_column(Whole)  # pack_g x quantity
    unit_price_minor: Mapped[Minor]
    amount_minor: Mapped[Minor]  # tax included
    tax_bp: Mapped[int] = mapped_column(Whole)
    tax_minor: Mapped[Minor]  # part of amount_minor, computed once from the gross
    fee_bp: Mapped[int] = mapped_column(Whole)
    fee_minor: Mapped[Minor]  # platform fee
    delivery_minor: Mapped[Minor]  # this line's part of the delivery fee, by amount

    order: Mapped[Order] = relationship(back_populates="lines")
    listing: Mapped[Listing] = relationship()
    pack: Mapped[Pack] = relationship()
    season: Mapped[Season] = relationship()
    grade: Mapped[Grade] = relationship()
