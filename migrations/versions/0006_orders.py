"""Baskets, orders, payments and shipments."""

import sqlalchemy as sa
from alembic import op

revision = "0006_orders"
down_revision = "0005_costs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "processor_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gateway", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.String(length=40), nullable=False),
        sa.Column("type", sa.String(length=80), nullable=False),
        sa.Column("object_id", sa.String(length=40), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "done",
                "ignored",
                "dead",
                name="event_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_error", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_processor_event")),
        sa.UniqueConstraint("gateway", "account", "event_id", name=op.f("uq_processor_event_gateway_account_event_id")),
    )
    op.create_index(
        "ix_processor_event_received",
        "processor_event",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'received'"),
        postgresql_where=sa.text("state = 'received'"),
    )
    op.create_table(
        "basket",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("buyer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["buyer_id"], ["buyer.id"], name=op.f("fk_basket_buyer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_basket")),
        sa.UniqueConstraint("key", name=op.f("uq_basket_key")),
    )
    op.create_index(
        "uq_basket_buyer",
        "basket",
        ["buyer_id"],
        unique=True,
        sqlite_where=sa.text("buyer_id is not null"),
        postgresql_where=sa.text("buyer_id is not null"),
    )
    op.create_table(
        "processor_payout",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cooperative_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("provider_id", sa.String(length=40), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cooperative_id"], ["cooperative.id"], name=op.f("fk_processor_payout_cooperative_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_processor_payout")),
        sa.UniqueConstraint("account", "provider_id", name=op.f("uq_processor_payout_account_provider_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_processor_payout_cooperative_id"), "processor_payout", ["cooperative_id"], unique=False)
    op.create_table(
        "order",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("cooperative_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("buyer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("checkout_token", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "placed",
                "paid",
                "packed",
                "shipped",
                "accepted",
                "cancelled",
                name="order_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("goods_minor", sa.BigInteger(), nullable=False),
        sa.Column("delivery_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("recipient", sa.String(length=60), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("province", sa.String(length=60), nullable=False),
        sa.Column("city", sa.String(length=60), nullable=False),
        sa.Column("district", sa.String(length=60), nullable=False),
        sa.Column("street", sa.String(length=200), nullable=False),
        sa.Column("postcode", sa.String(length=40), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placed_on", sa.Date(), nullable=False),
        sa.Column("hold_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "cancel_reason",
            sa.Enum(
                "buyer",
                "cooperative",
                "hold_expired",
                "goods_gone",
                name="cancel_reason",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(state = 'cancelled') = (cancel_reason is not null)", name=op.f("ck_order_cancelled_has_reason")
        ),
        sa.CheckConstraint("goods_minor > 0 and delivery_minor >= 0", name=op.f("ck_order_not_negative")),
        sa.CheckConstraint("total_minor = goods_minor + delivery_minor", name=op.f("ck_order_total")),
        sa.ForeignKeyConstraint(["buyer_id"], ["buyer.id"], name=op.f("fk_order_buyer_id")),
        sa.ForeignKeyConstraint(["cooperative_id"], ["cooperative.id"], name=op.f("fk_order_cooperative_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_order_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order")),
        sa.UniqueConstraint("cooperative_id", "checkout_token", name=op.f("uq_order_cooperative_id_checkout_token")),
        sa.UniqueConstraint("number", name=op.f("uq_order_number")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_order_buyer_placed", "order", ["buyer_id", "placed_on", "id"], unique=False)
    op.create_index("ix_order_cooperative_placed", "order", ["cooperative_id", "placed_on", "id"], unique=False)
    op.create_index(
        "ix_order_held",
        "order",
        ["hold_until"],
        unique=False,
        sqlite_where=sa.text("state = 'placed'"),
        postgresql_where=sa.text("state = 'placed'"),
    )
    op.create_table(
        "payment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cooperative_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gateway", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("provider_id", sa.String(length=40), nullable=True),
        sa.Column("checkout_url", sa.String(length=500), nullable=True),
        sa.Column("success_url", sa.String(length=500), nullable=False),
        sa.Column("cancel_url", sa.String(length=500), nullable=False),
        sa.Column("description", sa.String(length=120), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("platform_fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("processor_fee_minor", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "created",
                "unknown",
                "open",
                "processing",
                "failed",
                "cancelled",
                "review",
                "succeeded",
                name="payment_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("decline_code", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("succeeded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payment_positive")),
        sa.ForeignKeyConstraint(["cooperative_id"], ["cooperative.id"], name=op.f("fk_payment_cooperative_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_payment_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("account", "provider_id", name=op.f("uq_payment_account_provider_id")),
        sa.UniqueConstraint("key", name=op.f("uq_payment_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_payment_cooperative_id"), "payment", ["cooperative_id"], unique=False)
    op.create_index(op.f("ix_payment_order_id"), "payment", ["order_id"], unique=False)
    op.create_index(
        "uq_payment_live",
        "payment",
        ["order_id"],
        unique=True,
        sqlite_where=sa.text("state in ('created', 'unknown', 'open', 'processing')"),
        postgresql_where=sa.text("state in ('created', 'unknown', 'open', 'processing')"),
    )
    op.create_table(
        "shipment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("box_code", sa.String(length=40), nullable=False),
        sa.Column("packed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("packed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("carrier", sa.String(length=60), nullable=False),
        sa.Column("tracking_number", sa.String(length=40), nullable=False),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shipped_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("accept_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "accepted_by",
            sa.Enum("word", "silence", name="accepted_by", native_enum=False, create_constraint=True, length=24),
            nullable=True,
        ),
        sa.CheckConstraint("(shipped_at is null) = (carrier = '')", name=op.f("ck_shipment_shipped_has_carrier")),
        sa.CheckConstraint("(accepted_at is null) = (accepted_by is null)", name=op.f("ck_shipment_accepted_has_how")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_shipment_order_id")),
        sa.ForeignKeyConstraint(["packed_by_id"], ["user.id"], name=op.f("fk_shipment_packed_by_id")),
        sa.ForeignKeyConstraint(["shipped_by_id"], ["user.id"], name=op.f("fk_shipment_shipped_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment")),
        sa.UniqueConstraint("box_code", name=op.f("uq_shipment_box_code")),
        sa.UniqueConstraint("order_id", name=op.f("uq_shipment_order_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "refund",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_back_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "cancelled",
                "goods_gone",
                "paid_twice",
                "late",
                "goodwill",
                name="refund_reason",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "requested",
                "pending",
                "succeeded",
                "failed",
                name="refund_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("provider_id", sa.String(length=40), nullable=True),
        sa.Column("requested_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_minor > 0 and fee_back_minor >= 0", name=op.f("ck_refund_positive")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_refund_payment_id")),
        sa.ForeignKeyConstraint(["requested_by_id"], ["user.id"], name=op.f("fk_refund_requested_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
        sa.UniqueConstraint("key", name=op.f("uq_refund_key")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_refund_provider_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_refund_payment_id"), "refund", ["payment_id"], unique=False)
    op.create_table(
        "basket_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("basket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pack_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("seen_price_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0 and quantity <= 9999", name=op.f("ck_basket_line_quantity")),
        sa.ForeignKeyConstraint(["basket_id"], ["basket.id"], name=op.f("fk_basket_line_basket_id")),
        sa.ForeignKeyConstraint(["pack_id"], ["pack.id"], name=op.f("fk_basket_line_pack_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_basket_line")),
        sa.UniqueConstraint("basket_id", "pack_id", name=op.f("uq_basket_line_basket_id_pack_id")),
    )
    op.create_index(op.f("ix_basket_line_basket_id"), "basket_line", ["basket_id"], unique=False)
    op.create_index(op.f("ix_basket_line_pack_id"), "basket_line", ["pack_id"], unique=False)
    op.create_table(
        "order_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("listing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pack_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("season_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("grade_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("title_en", sa.String(length=60), nullable=True),
        sa.Column("grade_name", sa.String(length=60), nullable=False),
        sa.Column("grade_name_en", sa.String(length=60), nullable=True),
        sa.Column("grade_rank", sa.Integer(), nullable=False),
        sa.Column("pack_label", sa.String(length=60), nullable=False),
        sa.Column("pack_label_en", sa.String(length=60), nullable=True),
        sa.Column("picture", sa.String(length=40), nullable=False),
        sa.Column("pack_g", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.Column("unit_price_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_bp", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_bp", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("delivery_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor = quantity * unit_price_minor", name=op.f("ck_order_line_amount")),
        sa.CheckConstraint("quantity > 0 and grams > 0 and unit_price_minor > 0", name=op.f("ck_order_line_positive")),
        sa.CheckConstraint(
            "tax_minor >= 0 and fee_minor >= 0 and delivery_minor >= 0", name=op.f("ck_order_line_not_negative")
        ),
        sa.ForeignKeyConstraint(["grade_id"], ["grade.id"], name=op.f("fk_order_line_grade_id")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_order_line_listing_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_order_line_order_id")),
        sa.ForeignKeyConstraint(["pack_id"], ["pack.id"], name=op.f("fk_order_line_pack_id")),
        sa.ForeignKeyConstraint(["season_id"], ["season.id"], name=op.f("fk_order_line_season_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_order_line_grade_id"), "order_line", ["grade_id"], unique=False)
    op.create_index(op.f("ix_order_line_listing_id"), "order_line", ["listing_id"], unique=False)
    op.create_index(op.f("ix_order_line_order_id"), "order_line", ["order_id"], unique=False)
    op.create_index(op.f("ix_order_line_pack_id"), "order_line", ["pack_id"], unique=False)
    op.create_index(op.f("ix_order_line_season_id"), "order_line", ["season_id"], unique=False)
    op.create_table(
        "lot_allocation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("shipment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("allocated_g", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("allocated_g > 0", name=op.f("ck_lot_allocation_positive")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_lot_allocation_lot_id")),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_line.id"], name=op.f("fk_lot_allocation_order_line_id")),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipment.id"], name=op.f("fk_lot_allocation_shipment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_allocation")),
        sa.UniqueConstraint("order_line_id", "lot_id", name=op.f("uq_lot_allocation_order_line_id_lot_id")),
    )
    op.create_index(op.f("ix_lot_allocation_lot_id"), "lot_allocation", ["lot_id"], unique=False)
    op.create_index(op.f("ix_lot_allocation_order_line_id"), "lot_allocation", ["order_line_id"], unique=False)
    op.create_index(op.f("ix_lot_allocation_shipment_id"), "lot_allocation", ["shipment_id"], unique=False)


def downgrade() -> None:
    op.drop_table("lot_allocation")
    op.drop_table("order_line")
    op.drop_table("basket_line")
    op.drop_table("refund")
    op.drop_table("shipment")
    op.drop_table("payment")
    op.drop_table("order")
    op.drop_table("processor_payout")
    op.drop_table("basket")
    op.drop_table("processor_event")
