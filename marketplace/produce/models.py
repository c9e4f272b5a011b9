"""Tables of what is grown: products, grades and seasons; a season is a pool."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.cooperatives import Cooperative
from marketplace.core.columns import Code, Instant, Name, Pk, Whole, enum_column
from marketplace.extensions import Base


class Category(StrEnum):
    """What buyers browse by."""

    APPLE = "apple"
    TEA = "tea"
    CHILI = "chili"
    BAMBOO = "bamboo"
    OTHER = "other"


class ReturnClass(StrEnum):
    """Whether a consumer may return goods within seven days [Consumer Law 25]."""

    FRESH = "fresh"
    SEVEN_DAYS = "seven_days"


class TaxReason(StrEnum):
    """Why a product has its tax rate [Caishui 2008/81]."""

    OWN_PRIMARY_PRODUCE = "own_primary_produce"
    PROCESSED = "processed"
    SMALL_TAXPAYER = "small_taxpayer"


class Product(Base):
    """One product and variety of a cooperative."""

    __tablename__ = "product"
    __table_args__ = (
        UniqueConstraint("cooperative_id", "form_token"),
        CheckConstraint("tax_bp >= 0 and tax_bp < 10000", name="tax_rate"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Pk]
    cooperative_id: Mapped[int] = mapped_column(ForeignKey("cooperative.id"), index=True)
    category: Mapped[Category] = mapped_column(enum_column(Category))
    name: Mapped[Name]
    name_en: Mapped[Name | None]
    variety: Mapped[Name]
    variety_en: Mapped[Name | None]
    return_class: Mapped[ReturnClass] = mapped_column(enum_column(ReturnClass))
    tax_bp: Mapped[int] = mapped_column(Whole)  # basis points of the net price
    tax_reason: Mapped[TaxReason] = mapped_column(enum_column(TaxReason))
    usual_load_g: Mapped[int] = mapped_column(Whole, default=500_000)  # a load ten times above it is asked about again
    archived_at: Mapped[Instant | None]
    form_token: Mapped[Code]

    cooperative: Mapped[Cooperative] = relationship()
    grades: Mapped[list["Grade"]] = relationship(order_by="Grade.rank", back_populates="product")


class Grade(Base):
    """A grade of a product; its differential weighs a gram when proceeds are shared."""

    __tablename__ = "grade"
    __table_args__ = (
        UniqueConstraint("product_id", "rank"),
        CheckConstraint("differential >= 0 and rank > 0", name="not_negative"),
        CheckConstraint("not is_reject or differential = 0", name="reject_weighs_nothing"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Pk]
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    rank: Mapped[int]
    name: Mapped[Name]
    name_en: Mapped[Name | None]
    description: Mapped[str] = mapped_column(String(120), default="")
    description_en: Mapped[str | None] = mapped_column(String(120))
    differential: Mapped[int] = mapped_column(Whole)  # thousandths: 1000 is the base grade
    is_reject: Mapped[bool] = mapped_column(default=False)  # weighed and written down, never accepted

    product: Mapped[Product] = relationship(back_populates="grades")


class Season(Base):
    """One season of a product: the pool in which its sales, costs and households meet."""

    __tablename__ = "season"
    __table_args__ = (
        UniqueConstraint("product_id", "name"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("store_until_on is null or store_until_on >= ends_on", name="store_after_harvest"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Pk]
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    name: Mapped[Name]
    starts_on: Mapped[date]  # harvest
    ends_on: Mapped[date]
    store_until_on: Mapped[date | None]
    closed_at: Mapped[Instant | None]  # no more intake

    product: Mapped[Product] = relationship()

    @property
    def pool(self) -> str:
        """The pool as a dimension of ledger entries."""
        return f"pool:{self.id}"
