"""Tables of cooperatives: members, staff, coordinators' assignments and households' access."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.core.columns import Code, Instant, Minor, Name, Pk, Secret, Whole, enum_column, only_where
from marketplace.extensions import Base
from marketplace.identity import User


class MemberKind(StrEnum):
    """Kinds of members [Coop Law 12, 20]; *household* is said of the first only."""

    HOUSEHOLD = "household"
    COLLECTIVE = "collective"
    ENTERPRISE = "enterprise"


class StaffRole(StrEnum):
    """What somebody does in a cooperative (`domain.md` 1)."""

    CLERK = "clerk"
    MANAGER = "manager"
    CASHIER = "cashier"
    SUPERVISOR = "supervisor"


class AssignmentLevel(StrEnum):
    """Whose coordinator follows a cooperative."""

    TOWNSHIP = "township"
    COUNTY = "county"
    PAIRED = "paired"


class ChangeState(StrEnum):
    """A wish to change a bank account, until a second person looked at it."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class Cooperative(Base):
    """A cooperative of village households: the merchant of its own sales, with one book of its own."""

    __tablename__ = "cooperative"
    __table_args__ = (UniqueConstraint("slug"), UniqueConstraint("merchant_account"), {"sqlite_autoincrement": True})

    id: Mapped[Pk]
    slug: Mapped[Code]
    name: Mapped[Name]
    name_en: Mapped[Name | None]
    county: Mapped[Name]
    county_en: Mapped[Name | None]
    village: Mapped[Name]
    village_en: Mapped[Name | None]
    story: Mapped[str] = mapped_column(String(4000), default="")
    story_en: Mapped[str | None] = mapped_column(String(4000))
    picture: Mapped[Code | None]  # name of a drawing without its suffix
    zone: Mapped[Code] = mapped_column(default="Asia/Shanghai")
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    merchant_account: Mapped[Code]  # its own account at the payment processor
    admitted_at: Mapped[Instant]
    suspended_at: Mapped[Instant | None]


class Member(Base):
    """A household, collective or enterprise; one payee, one bank account, shown by its last four only."""

    __tablename__ = "member"
    __table_args__ = (
        UniqueConstraint("cooperative_id", "number"),
        UniqueConstraint("cooperative_id", "form_token"),
        CheckConstraint("left_on is null or left_on >= joined_on", name="left_after_joined"),
        CheckConstraint("capital_minor >= 0 and land_mmu >= 0 and number > 0", name="not_negative"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Pk]
    cooperative_id: Mapped[int] = mapped_column(ForeignKey("cooperative.id"), index=True)
    kind: Mapped[MemberKind] = mapped_column(enum_column(MemberKind))
    number: Mapped[int]
    name: Mapped[Name]
    village_group: Mapped[Name]  # e.g. 二组; notices print by group
    payee: Mapped[Name]
    bank_name: Mapped[Name | None]
    bank_account: Mapped[Secret | None] = mapped_column(deferred=True)
    bank_last4: Mapped[str | None] = mapped_column(String(4))
    phone: Mapped[Code | None]
    capital_minor: Mapped[Minor] = mapped_column(default=0)
    land_mmu: Mapped[int] = mapped_column(Whole, default=0)  # thousandths of a mu
    joined_on: Mapped[date]
    left_on: Mapped[date | None]
    form_token: Mapped[Code]
    created_at: Mapped[Instant]

    cooperative: Mapped[Cooperative] = relationship()

    @property
    def party(self) -> str:
        """The member as a dimension of ledger entries."""
        return f"member:{self.id}"


class AccountChange(Base):
    """A new bank account for a member: proposed by one person, confirmed or refused by another."""

    __tablename__ = "account_change"
    __table_args__ = (
        CheckConstraint("decided_by_id is null or decided_by_id <> proposed_by_id", name="two_people"),
        Index("uq_account_change_open", "member_id", unique=True, **only_where("state = 'proposed'")),
        UniqueConstraint("form_token"),
    )

    id: Mapped[Pk]
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    payee: Mapped[Name]
    bank_name: Mapped[Name]
    bank_account: Mapped[Secret] = mapped_column(deferred=True)
    bank_last4: Mapped[str] = mapped_column(String(4))
    state: Mapped[ChangeState] = mapped_column(enum_column(ChangeState))
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    proposed_at: Mapped[Instant]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[Instant | None]
    form_token: Mapped[Code]

    member: Mapped[Member] = relationship()


class Staff(Base):
    """What a user does in a cooperative, from a day to a day; one live duty per user."""

    __tablename__ = "staff"
    __table_args__ = (
        Index("uq_staff_live", "user_id", unique=True, **only_where("ended_on is null")),
        CheckConstraint("ended_on is null or ended_on >= since_on", name="ended_after_since"),
    )

    id: Mapped[Pk]
    cooperative_id: Mapped[int] = mapped_column(ForeignKey("cooperative.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    role: Mapped[StaffRole] = mapped_column(enum_column(StaffRole))
    since_on: Mapped[date]
    ended_on: Mapped[date | None]

    cooperative: Mapped[Cooperative] = relationship()
    user: Mapped[User] = relationship()


class Assignment(Base):
    """A coordinator follows a cooperative."""

    __tablename__ = "assignment"
    __table_args__ = (
        Index("uq_assignment_live", "user_id", "cooperative_id", unique=True, **only_where("ended_on is null")),
        CheckConstraint("ended_on is null or ended_on >= since_on", name="ended_after_since"),
    )

    id: Mapped[Pk]
    cooperative_id: Mapped[int] = mapped_column(ForeignKey("cooperative.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    level: Mapped[AssignmentLevel] = mapped_column(enum_column(AssignmentLevel))
    since_on: Mapped[date]
    ended_on: Mapped[date | None]

    cooperative: Mapped[Cooperative] = relationship()
    user: Mapped[User] = relationship()


class HouseholdKey(Base):
    """How a member's people see their own statement: a printed code and a PIN; a new one ends the old one."""

    __tablename__ = "household_key"
    __table_args__ = (
        UniqueConstraint("code"),
        Index("uq_household_key_live", "member_id", unique=True, **only_where("ended_at is null")),
    )

    id: Mapped[Pk]
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    code: Mapped[Code]
    pin_hash: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]

    member: Mapped[Member] = relationship()
