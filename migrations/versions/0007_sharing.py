"""Plans, runs, payouts and reviews."""

import sqlalchemy as sa
from alembic import op

from marketplace import distribution

revision = "0007_sharing"
down_revision = "0006_orders"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plan",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("season_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("paid_bp", sa.BigInteger(), nullable=False),
        sa.Column("kept_for", sa.String(length=200), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("paid_bp > 0 and paid_bp <= 10000", name=op.f("ck_plan_share")),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_plan_by_id")),
        sa.ForeignKeyConstraint(["season_id"], ["season.id"], name=op.f("fk_plan_season_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("season_id", "version", name=op.f("uq_plan_season_id_version")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_plan_season_id"), "plan", ["season_id"], unique=False)
    op.create_table(
        "run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cooperative_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("season_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("plan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "published",
                "approved",
                "checked",
                "sent_back",
                "withdrawn",
                name="run_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=True),
        sa.Column("snapshot_hash", sa.String(length=64), nullable=True),
        sa.Column("tokens_hash", sa.String(length=64), nullable=True),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("kept_minor", sa.BigInteger(), nullable=False),
        sa.Column("prepared_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notice_token", sa.String(length=40), nullable=True),
        sa.Column("notice_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("secret", sa.String(length=40), nullable=False),
        sa.Column("form_token", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "state in ('draft', 'withdrawn') or (snapshot is not null and snapshot_hash is not null)",
            name=op.f("ck_run_published_has_snapshot"),
        ),
        sa.CheckConstraint(
            "approved_by_id is null or approved_by_id <> prepared_by_id", name=op.f("ck_run_approver_is_another")
        ),
        sa.CheckConstraint(
            "checked_by_id is null or (checked_by_id <> prepared_by_id and checked_by_id <> approved_by_id)",
            name=op.f("ck_run_checker_is_another"),
        ),
        sa.ForeignKeyConstraint(["approved_by_id"], ["user.id"], name=op.f("fk_run_approved_by_id")),
        sa.ForeignKeyConstraint(["checked_by_id"], ["user.id"], name=op.f("fk_run_checked_by_id")),
        sa.ForeignKeyConstraint(["cooperative_id"], ["cooperative.id"], name=op.f("fk_run_cooperative_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_run_plan_id")),
        sa.ForeignKeyConstraint(["prepared_by_id"], ["user.id"], name=op.f("fk_run_prepared_by_id")),
        sa.ForeignKeyConstraint(["published_by_id"], ["user.id"], name=op.f("fk_run_published_by_id")),
        sa.ForeignKeyConstraint(["season_id"], ["season.id"], name=op.f("fk_run_season_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
        sa.UniqueConstraint("cooperative_id", "form_token", name=op.f("uq_run_cooperative_id_form_token")),
        sa.UniqueConstraint("cooperative_id", "number", name=op.f("uq_run_cooperative_id_number")),
        sa.UniqueConstraint("notice_token", name=op.f("uq_run_notice_token")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_run_cooperative_id"), "run", ["cooperative_id"], unique=False)
    op.create_index(op.f("ix_run_season_id"), "run", ["season_id"], unique=False)
    op.create_index(
        "uq_run_open",
        "run",
        ["season_id"],
        unique=True,
        sqlite_where=sa.text("state in ('draft', 'published', 'approved')"),
        postgresql_where=sa.text("state in ('draft', 'published', 'approved')"),
    )
    op.create_table(
        "allocation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("village_group", sa.String(length=60), nullable=False),
        sa.Column("masked_name", sa.String(length=60), nullable=False),
        sa.Column("accepted_g", sa.BigInteger(), nullable=False),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.Column("entitled_minor", sa.BigInteger(), nullable=False),
        sa.Column("earlier_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("claim_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "amount_minor - claim_minor = entitled_minor - earlier_minor", name=op.f("ck_allocation_basis")
        ),
        sa.CheckConstraint("amount_minor >= 0 and claim_minor >= 0", name=op.f("ck_allocation_not_negative")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_allocation_member_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_allocation_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation")),
        sa.UniqueConstraint("run_id", "member_id", name=op.f("uq_allocation_run_id_member_id")),
        sa.UniqueConstraint("run_id", "token", name=op.f("uq_allocation_run_id_token")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_allocation_member_id"), "allocation", ["member_id"], unique=False)
    op.create_index(op.f("ix_allocation_run_id"), "allocation", ["run_id"], unique=False)
    op.create_table(
        "payout_batch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cooperative_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft", "sent", "discarded", name="batch_state", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bank_file", sa.LargeBinary(), nullable=True),
        sa.Column("bank_file_hash", sa.String(length=64), nullable=True),
        sa.Column("form_token", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["cooperative_id"], ["cooperative.id"], name=op.f("fk_payout_batch_cooperative_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["user.id"], name=op.f("fk_payout_batch_made_by_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_payout_batch_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_batch")),
        sa.UniqueConstraint("cooperative_id", "form_token", name=op.f("uq_payout_batch_cooperative_id_form_token")),
        sa.UniqueConstraint("cooperative_id", "number", name=op.f("uq_payout_batch_cooperative_id_number")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_payout_batch_cooperative_id"), "payout_batch", ["cooperative_id"], unique=False)
    op.create_index(op.f("ix_payout_batch_run_id"), "payout_batch", ["run_id"], unique=False)
    op.create_table(
        "run_review",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("coordinator_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum("checked", "sent_back", name="verdict", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("stored_hash", sa.String(length=64), nullable=False),
        sa.Column("recomputed_hash", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "verdict <> 'checked' or recomputed_hash = stored_hash", name=op.f("ck_run_review_checked_has_same_hash")
        ),
        sa.CheckConstraint("verdict <> 'sent_back' or reason <> ''", name=op.f("ck_run_review_sent_back_has_reason")),
        sa.ForeignKeyConstraint(["coordinator_id"], ["user.id"], name=op.f("fk_run_review_coordinator_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_review_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_review")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_run_review_coordinator_id"), "run_review", ["coordinator_id"], unique=False)
    op.create_index(op.f("ix_run_review_run_id"), "run_review", ["run_id"], unique=False)
    op.create_table(
        "payout",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("allocation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "sent",
                "settled",
                "returned",
                "discarded",
                name="payout_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("payee", sa.String(length=60), nullable=False),
        sa.Column("bank_name", sa.String(length=60), nullable=False),
        sa.Column("bank_account", sa.LargeBinary(), nullable=False),
        sa.Column("bank_last4", sa.String(length=4), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("returned_on", sa.Date(), nullable=True),
        sa.Column("return_reason", sa.String(length=200), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payout_positive")),
        sa.ForeignKeyConstraint(["allocation_id"], ["allocation.id"], name=op.f("fk_payout_allocation_id")),
        sa.ForeignKeyConstraint(["batch_id"], ["payout_batch.id"], name=op.f("fk_payout_batch_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_payout_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
        sa.UniqueConstraint("batch_id", "allocation_id", name=op.f("uq_payout_batch_id_allocation_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_payout_reference")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_payout_allocation_id"), "payout", ["allocation_id"], unique=False)
    op.create_index(op.f("ix_payout_batch_id"), "payout", ["batch_id"], unique=False)
    op.create_index(op.f("ix_payout_member_id"), "payout", ["member_id"], unique=False)
    op.create_index(
        "uq_payout_live",
        "payout",
        ["allocation_id"],
        unique=True,
        sqlite_where=sa.text("state in ('draft', 'sent', 'settled')"),
        postgresql_where=sa.text("state in ('draft', 'sent', 'settled')"),
    )
    distribution.guards.install(op.get_bind())


def downgrade() -> None:
    op.drop_table("payout")
    op.drop_table("run_review")
    op.drop_table("payout_batch")
    op.drop_table("allocation")
    op.drop_table("run")
    op.drop_table("plan")
