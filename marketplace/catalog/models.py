"""Tables of the shop window: listings, packs, tariffs, fee rates, stock, commitments and the search document."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.cooperatives import Cooperative
from marketplace.core.columns import Code, Grams, Instant, Minor, Name, Pk, Whole, enum_column, only_where
from marketplace.extensions import Base
from marketplace.produce import Grade, Product, Season


class Priority(StrEnum):
    """Who is served first when the harvest falls short (`domain.md` 4)."""

    CONTRACT = "contract"
    SUBSCRIPTION = "subscription"
    SHOP = "shop"


class CommitmentState(StrEnum):
    """What became of goods that were promised."""

    HELD = "held"  # until a moment; the sweep frees it after
    FIRM = "firm"  # paid, or on terms
    SHIPPED = "shipped"
    FREED = "freed"


class Listing(Base):
    """One grade of one season, offered in packs. What has history is archived, never deleted."""

    __tablename__ = "listing"
    __table_args__ = (
        UniqueConstraint("cooperative_id", "form_token"),
        CheckConstraint("until_on is null or from_on is null or until_on >= from_on", name="window"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Pk]
    cooperative_id: Mapped[int] = mapped_column(ForeignKey("cooperative.id"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"), index=True)
    grade_id: Mapped[int] = mapped_column(ForeignKey("grade.id"), index=True)
    title: Mapped[Name]
    title_en: Mapped[Name | None]
    story: Mapped[str] = mapped_column(String(2000), default="")
    story_en: Mapped[str | None] = mapped_column(String(2000))
    village: Mapped[Name]
    village_en: Mapped[Name | None]
    picture: Mapped[Code]  # name of a drawing without its suffix
    from_on: Mapped[date | None]  # sold from, until; both included
    until_on: Mapped[date | None]
    created_at: Mapped[Instant]
    archived_at: Mapped[Instant | None]
    form_token: Mapped[Code]

    cooperative: Mapped[Cooperative] = relationship()
    product: Mapped[Product] = relationship()
    season: Mapped[Season] = relationship()
    grade: Mapped[Grade] = relationship()
    packs: Mapped[list["Pack"]] = relationship(order_by="Pack.grams", back_populates="listing")


class Pack(Base):
    """A box of so many grams at a price, tax included."""

    __tablename__ = "pack"
    __table_args__ = (
        CheckConstraint("grams > 0 and price_minor > 0", name="positive"),
        Index("uq_pack_live", "listing_id", "grams", unique=True, **only_where("archived_at is null")),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Pk]
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"), index=True)
    label: Mapped[Name]
    label_en: Mapped[Name | None]
    grams: Mapped[int] = mapped_column(Whole)
    price_minor: Mapped[Minor]
    archived_at: Mapped[Instant | None]

    listing: Mapped[Listing] = relationship(back_populates="packs")


class DeliveryTariff(Base):
    """Delivery fee of a cooperative by weight: a first weight, then a fee for each step begun; dated."""

    __tablename__ = "delivery_tariff"
    __table_args__ = (
        UniqueConstraint("cooperative_id", "from_on"),
        CheckConstraint("first_g > 0 and step_g > 0 and first_minor >= 0 and step_minor >= 0", name="sane"),
    )

    id: Mapped[Pk]
    cooperative_id: Mapped[int] = mapped_column(ForeignKey("cooperative.id"), index=True)
    from_on: Mapped[date]
    first_g: Mapped[Grams]
    first_minor: Mapped[Minor]
    step_g: Mapped[Grams]
    step_minor: Mapped[Minor]


class FeeRate(Base):
    """The platform's fee in basis points of the goods' price, dated; an order line keeps the rate of its day."""

    __tablename__ = "fee_rate"
    __table_args__ = (UniqueConstraint("from_on"), CheckConstraint("rate_bp >= 0 and rate_bp <= 3000", name="rate"))

    id: Mapped[Pk]
    from_on: Mapped[date]
    rate_bp: Mapped[int] = mapped_column(Whole)


class Stock(Base):
    """Grams of one grade of one season, shared by all its packs: taken in, promised, gone."""

    __tablename__ = "stock"
    __table_args__ = (
        UniqueConstraint("season_id", "grade_id"),
        CheckConstraint("committed_g >= 0 and shipped_g >= 0", name="not_negative"),
        CheckConstraint("accepted_g >= committed_g + shipped_g", name="never_oversold"),
    )

    id: Mapped[Pk]
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"), index=True)
    grade_id: Mapped[int] = mapped_column(ForeignKey("grade.id"), index=True)
    accepted_g: Mapped[Grams] = mapped_column(default=0)
    committed_g: Mapped[Grams] = mapped_column(default=0)
    shipped_g: Mapped[Grams] = mapped_column(default=0)

    @property
    def in_store_g(self) -> int:
        """Grams that came in and have not left."""
        return self.accepted_g - self.shipped_g

    @property
    def available_g(self) -> int:
        """Grams that nobody was promised."""
        return self.accepted_g - self.committed_g - self.shipped_g


class Commitment(Base):
    """Grams promised to a holder; the only door through which stock is locked."""

    __tablename__ = "commitment"
    __table_args__ = (
        UniqueConstraint("holder", "stock_id"),
        CheckConstraint("grams > 0", name="positive"),
        CheckConstraint("(state = 'held') = (held_until is not null)", name="held_has_end"),
        Index("ix_commitment_held", "held_until", **only_where("state = 'held'")),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Pk]
    stock_id: Mapped[int] = mapped_column(ForeignKey("stock.id"), index=True)
    holder: Mapped[Code] = mapped_column(index=True)  # "order:9"; all lines of a holder on one stock are one commitment
    priority: Mapped[Priority] = mapped_column(enum_column(Priority))
    grams: Mapped[int] = mapped_column(Whole)
    state: Mapped[CommitmentState] = mapped_column(enum_column(CommitmentState))
    held_until: Mapped[Instant | None]
    created_at: Mapped[Instant]

    stock: Mapped[Stock] = relationship()


class SearchDocument(Base):
    """A listing's words as bigrams of characters; indexed by FTS5 on SQLite, by tsvector on PostgreSQL."""

    __tablename__ = "search_document"

    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"), primary_key=True)
    body: Mapped[str] = mapped_column(Text)
