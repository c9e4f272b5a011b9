"""Tables of sharing out: plans, runs and what a run allocates to each member."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.cooperatives import Cooperative, Member
from marketplace.core.columns import Code, Grams, Instant, Minor, Name, Pk, Whole, enum_column, only_where
from marketplace.distribution.states import RunState
from marketplace.extensions import Base
from marketplace.identity import User
from marketplace.produce import Season


class Plan(Base):
    """A version of a pool's plan: which part of the pool is paid to the members; the rest is what is kept."""

    __tablename__ = "plan"
    __table_args__ = (
        UniqueConstraint("season_id", "version"),
        CheckConstraint("paid_bp > 0 and paid_bp <= 10000", name="share"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Pk]
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"), index=True)
    version: Mapped[int]
    paid_bp: Mapped[int] = mapped_column(Whole)  # basis points of the pool's net
    kept_for: Mapped[str] = mapped_column(
        String(200), default=""
    )  # what the kept part is for, in the cooperative's words
    decided_on: Mapped[date]
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[Instant]

    season: Mapped[Season] = relationship()
    by: Mapped[User] = relationship()


class Run(Base):
    """One settlement of a pool: of what it earned since its beginning the plan's part, less what earlier runs paid."""

    __tablename__ = "run"
    __table_args__ = (
        UniqueConstraint("cooperative_id", "number"),
        UniqueConstraint("cooperative_id", "form_token"),
        UniqueConstraint("notice_token"),
        Index("uq_run_open", "season_id", unique=True, **only_where("state in ('draft', 'published', 'approved')")),
        CheckConstraint("approved_by_id is null or approved_by_id <> prepared_by_id", name="approver_is_another"),
        CheckConstraint(
            "checked_by_id is null or (checked_by_id <> prepared_by_id and checked_by_id <> approved_by_id)",
            name="checker_is_another",
        ),
        CheckConstraint(
            "state in ('draft', 'withdrawn') or (snapshot is not null and snapshot_hash is not null)",
            name="published_has_snapshot",
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Pk]
    cooperative_id: Mapped[int] = mapped_column(ForeignKey("cooperative.id"), index=True)
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"), index=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    number: Mapped[int]
    state: Mapped[RunState] = mapped_column(enum_column(RunState))
    currency: Mapped[str] = mapped_column(String(3))
    snapshot: Mapped[str | None] = mapped_column(
        Text, deferred=True
    )  # canonical pseudonymous JSON: inputs, steps, lines
    snapshot_hash: Mapped[str | None] = mapped_column(String(64))
    tokens_hash: Mapped[str | None] = mapped_column(String(64))
    net_minor: Mapped[Minor] = mapped_column(default=0)  # the pool's, to date
    paid_minor: Mapped[Minor] = mapped_column(default=0)  # sum of this run's allocations
    kept_minor: Mapped[Minor] = mapped_column(default=0)  # of the pool, to date
    prepared_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    prepared_at: Mapped[Instant]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    published_at: Mapped[Instant | None]
    notice_token: Mapped[Code | None]
    notice_until: Mapped[Instant | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    approved_at: Mapped[Instant | None]
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    checked_at: Mapped[Instant | None]
    reason: Mapped[str] = mapped_column(String(500), default="")  # of a withdrawal or of sending back
    secret: Mapped[Code]  # of which the tokens of its members are made; never shown
    form_token: Mapped[Code]

    cooperative: Mapped[Cooperative] = relationship()
    season: Mapped[Season] = relationship()
    plan: Mapped[Plan] = relationship()
    prepared_by: Mapped[User] = relationship(foreign_keys=[prepared_by_id])
    approved_by: Mapped[User | None] = relationship(foreign_keys=[approved_by_id])
    checked_by: Mapped[User | None] = relationship(foreign_keys=[checked_by_id])

    @property
    def source(self) -> str:
        """The run as a dimension of ledger entries."""
        return f"run:{self.id}"


class Allocation(Base):
    """A member's line of a published run: the payable once the run is checked."""

    __tablename__ = "allocation"
    __table_args__ = (
        UniqueConstraint("run_id", "member_id"),
        UniqueConstraint("run_id", "token"),
        CheckConstraint("amount_minor >= 0 and claim_minor >= 0", name="not_negative"),
        CheckConstraint("amount_minor - claim_minor = entitled_minor - earlier_minor", name="basis"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Pk]
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    token: Mapped[Code]  # stands for the member in the snapshot
    village_group: Mapped[Name]
    masked_name: Mapped[Name]  # as the notice shows it
    accepted_g: Mapped[Grams]  # in the season, up to the snapshot
    weight: Mapped[int] = mapped_column(Whole)  # sum of accepted grams x differential
    entitled_minor: Mapped[Minor]  # of the pool to date
    earlier_minor: Mapped[Minor]  # paid by this pool's earlier runs
    amount_minor: Mapped[Minor]  # what this run pays
    claim_minor: Mapped[Minor]  # paid too much by earlier runs; a memo, nothing is posted

    run: Mapped[Run] = relationship()
    member: Mapped[Member] = relationship()
