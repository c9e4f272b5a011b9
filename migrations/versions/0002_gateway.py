"""The simulated processor's own tables."""

import sqlalchemy as sa
from alembic import op

revision = "0002_gateway"
down_revision = "0001_books"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "simulated_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("type", sa.String(length=80), nullable=False),
        sa.Column("object_id", sa.String(length=40), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_simulated_event")),
        sa.UniqueConstraint("event_id", name=op.f("uq_simulated_event_event_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_simulated_event_account"), "simulated_event", ["account"], unique=False)
    op.create_index(
        "ix_simulated_event_due",
        "simulated_event",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("delivered_at is null"),
        postgresql_where=sa.text("delivered_at is null"),
    )
    op.create_table(
        "simulated_payment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("provider_id", sa.String(length=40), nullable=False),
        sa.Column("page_token", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("attempt_id", sa.String(length=120), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("application_fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("processor_fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("locale", sa.String(length=40), nullable=False),
        sa.Column("success_url", sa.Text(), nullable=False),
        sa.Column("cancel_url", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "processing",
                "succeeded",
                "failed",
                "cancelled",
                name="payment_status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("decline_code", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_simulated_payment_positive")),
        sa.CheckConstraint(
            "application_fee_minor between 0 and amount_minor", name=op.f("ck_simulated_payment_application_fee")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_simulated_payment")),
        sa.UniqueConstraint("page_token", name=op.f("uq_simulated_payment_page_token")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_simulated_payment_provider_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_simulated_payment_account"), "simulated_payment", ["account"], unique=False)
    op.create_index(
        "ix_simulated_payment_open",
        "simulated_payment",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "simulated_payout",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("provider_id", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "pending", "paid", "failed", name="payout_status", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_simulated_payout_something")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_simulated_payout")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_simulated_payout_provider_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_simulated_payout_account"), "simulated_payout", ["account"], unique=False)
    op.create_table(
        "simulated_request",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("key_token", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("object_id", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_simulated_request")),
        sa.UniqueConstraint("account", "key_token", name=op.f("uq_simulated_request_account_key_token")),
    )
    op.create_table(
        "simulated_refund",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("provider_id", sa.String(length=40), nullable=False),
        sa.Column("payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_back_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "succeeded",
                "failed",
                name="refund_status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor > 0 and fee_back_minor >= 0", name=op.f("ck_simulated_refund_positive")),
        sa.ForeignKeyConstraint(["payment_id"], ["simulated_payment.id"], name=op.f("fk_simulated_refund_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_simulated_refund")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_simulated_refund_provider_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_simulated_refund_payment_id"), "simulated_refund", ["payment_id"], unique=False)


def downgrade() -> None:
    op.drop_table("simulated_refund")
    op.drop_table("simulated_request")
    op.drop_table("simulated_payout")
    op.drop_table("simulated_payment")
    op.drop_table("simulated_event")
