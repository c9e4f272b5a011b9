"""Tables of people: users, the organisations that buy, and tries to log in."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.core.columns import Code, Instant, Name, Pk, enum_column
from marketplace.extensions import Base


class PlatformRole(StrEnum):
    """The room that a user belongs to; what staff may do in a cooperative is said by `cooperatives.Staff`."""

    BUYER = "buyer"
    STAFF = "staff"
    COORDINATOR = "coordinator"
    ADMINISTRATOR = "administrator"


class BuyerKind(StrEnum):
    """Who buys."""

    PERSON = "person"
    INSTITUTION = "institution"


class Buyer(Base):
    """A person or an institution that buys; its users order and pay in its name."""

    __tablename__ = "buyer"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[Pk]
    kind: Mapped[BuyerKind] = mapped_column(enum_column(BuyerKind))
    name: Mapped[Name]
    credit_code: Mapped[Code | None]  # unified social credit code, institutions only
    created_at: Mapped[Instant]


class User(Base):
    """Somebody who logs in with an e-mail address."""

    __tablename__ = "user"
    __table_args__ = (
        UniqueConstraint("email"),
        CheckConstraint("(platform_role = 'buyer') = (buyer_id is not null)", name="buyer_has_buyer"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Pk]
    email: Mapped[str] = mapped_column(String(254))
    password_hash: Mapped[str] = mapped_column(String(200))
    name: Mapped[Name]
    phone: Mapped[Code | None]
    platform_role: Mapped[PlatformRole] = mapped_column(enum_column(PlatformRole))
    buyer_id: Mapped[int | None] = mapped_column(ForeignKey("buyer.id"), index=True)
    locale: Mapped[str] = mapped_column(String(10), default="en")
    session_salt: Mapped[Code]  # changes with the password, so that older sessions end
    created_at: Mapped[Instant]
    closed_at: Mapped[Instant | None]

    buyer: Mapped[Buyer | None] = relationship()


class LoginFailure(Base):
    """One failed try to log in, by a hash of who tried and of where from; throttling counts them."""

    __tablename__ = "login_failure"

    id: Mapped[Pk]
    subject: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[Instant] = mapped_column(index=True)
