"""Suppliers and bills."""

import sqlalchemy as sa
from alembic import op

revision = "0005_costs"
down_revision = "0004_goods"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "supplier",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cooperative_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["cooperative_id"], ["cooperative.id"], name=op.f("fk_supplier_cooperative_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier")),
        sa.UniqueConstraint("cooperative_id", "name", name=op.f("uq_supplier_cooperative_id_name")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_supplier_cooperative_id"), "supplier", ["cooperative_id"], unique=False)
    op.create_table(
        "bill",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cooperative_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("supplier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("season_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "freight",
                "packing",
                "storage",
                "wages",
                "other",
                name="cost_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("voucher_number", sa.String(length=40), nullable=False),
        sa.Column("billed_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "entered",
                "approved",
                "refused",
                "paid",
                name="bill_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("entered_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("paid_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("form_token", sa.String(length=40), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_bill_positive")),
        sa.CheckConstraint("decided_by_id is null or decided_by_id <> entered_by_id", name=op.f("ck_bill_two_people")),
        sa.ForeignKeyConstraint(["cooperative_id"], ["cooperative.id"], name=op.f("fk_bill_cooperative_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_bill_decided_by_id")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user.id"], name=op.f("fk_bill_entered_by_id")),
        sa.ForeignKeyConstraint(["paid_by_id"], ["user.id"], name=op.f("fk_bill_paid_by_id")),
        sa.ForeignKeyConstraint(["season_id"], ["season.id"], name=op.f("fk_bill_season_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_bill_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bill")),
        sa.UniqueConstraint("cooperative_id", "form_token", name=op.f("uq_bill_cooperative_id_form_token")),
        sa.UniqueConstraint("supplier_id", "voucher_number", name=op.f("uq_bill_supplier_id_voucher_number")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_bill_cooperative_id"), "bill", ["cooperative_id"], unique=False)
    op.create_index(op.f("ix_bill_season_id"), "bill", ["season_id"], unique=False)
    op.create_index(op.f("ix_bill_supplier_id"), "bill", ["supplier_id"], unique=False)


def downgrade() -> None:
    op.drop_table("bill")
    op.drop_table("supplier")
