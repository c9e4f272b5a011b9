"""Queue, ledger, trail and messages."""

import sqlalchemy as sa
from alembic import op

from marketplace import ledger, trail

revision = "0001_books"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("once_token", sa.String(length=120), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "due", "leased", "done", "dead", name="job_state", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=500), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(state = 'leased') = (leased_until is not null)", name=op.f("ck_job_lease")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("once_token", name=op.f("uq_job_once_token")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_job_state_due_at"), "job", ["state", "due_at"], unique=False)
    op.create_table(
        "ledger_transaction",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("book", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.Column("memo", sa.String(length=40), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("business_on", sa.Date(), nullable=False),
        sa.Column("posted", sa.Boolean(), nullable=False),
        sa.Column("reversal_of_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["reversal_of_id"], ["ledger_transaction.id"], name=op.f("fk_ledger_transaction_reversal_of_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_transaction")),
        sa.UniqueConstraint("book", "reference", name=op.f("uq_ledger_transaction_book_reference")),
        sa.UniqueConstraint("id", "book", name=op.f("uq_ledger_transaction_id_book")),
        sa.UniqueConstraint("reversal_of_id", name=op.f("uq_ledger_transaction_reversal_of_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("receiver", sa.String(length=40), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("once_token", sa.String(length=120), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("once_token", name=op.f("uq_message_once_token")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_message_receiver_id"), "message", ["receiver", "id"], unique=False)
    op.create_table(
        "trail_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("cooperative_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trail_entry")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_trail_entry_cooperative_id_id"), "trail_entry", ["cooperative_id", "id"], unique=False)
    op.create_index(op.f("ix_trail_entry_subject"), "trail_entry", ["subject"], unique=False)
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("transaction_id", sa.Integer(), nullable=False),
        sa.Column("book", sa.String(length=40), nullable=False),
        sa.Column(
            "account",
            sa.Enum(
                "bank",
                "cash",
                "clearing",
                "receivable",
                "owed_by_members",
                "goods_in_store",
                "input_stock",
                "payouts_in_transit",
                "disputed_amounts",
                "platform_fee_prepaid",
                "buyer_advances",
                "unallocated_receipts",
                "deposits_held",
                "refunds_payable",
                "supplier_payable",
                "tax_payable",
                "platform_fee_owed",
                "provision_for_returns",
                "owed_to_members",
                "open_pools_carried",
                "patronage_payable",
                "remainder_payable",
                "fund",
                "capital",
                "special_fund",
                "reserve",
                "year_surplus",
                "appropriation",
                "sales",
                "delivery_income",
                "other_income",
                "sales_returns",
                "purchases",
                "member_settlement",
                "processor_fees",
                "platform_fee",
                "cost_freight",
                "cost_packing",
                "cost_storage",
                "cost_wages",
                "cost_other",
                "provision_expense",
                "bad_debts",
                "other_expense",
                "fees_in_advance",
                "fees_receivable",
                "fee_income",
                name="account",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("pool", sa.String(length=40), nullable=True),
        sa.Column("party", sa.String(length=40), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=True),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_ledger_entry_not_zero")),
        sa.ForeignKeyConstraint(
            ["transaction_id", "book"],
            ["ledger_transaction.id", "ledger_transaction.book"],
            name=op.f("fk_ledger_entry_transaction_id_book"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_ledger_entry_book_account_pool"), "ledger_entry", ["book", "account", "pool"], unique=False
    )
    op.create_index(op.f("ix_ledger_entry_book_party"), "ledger_entry", ["book", "party"], unique=False)
    op.create_index(op.f("ix_ledger_entry_book_pool"), "ledger_entry", ["book", "pool"], unique=False)
    op.create_index(op.f("ix_ledger_entry_book_source"), "ledger_entry", ["book", "source"], unique=False)
    op.create_index(op.f("ix_ledger_entry_transaction_id"), "ledger_entry", ["transaction_id"], unique=False)
    ledger.guards.install(op.get_bind())
    trail.guards.install(op.get_bind())


def downgrade() -> None:
    op.drop_table("ledger_entry")
    op.drop_table("trail_entry")
    op.drop_table("message")
    op.drop_table("ledger_transaction")
    op.drop_table("job")
