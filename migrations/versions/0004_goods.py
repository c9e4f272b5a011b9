"""Products, weighings, lots, listings, stock and search."""

import sqlalchemy as sa
from alembic import op

from marketplace.catalog import search_index

revision = "0004_goods"
down_revision = "0003_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fee_rate",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("rate_bp", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("rate_bp >= 0 and rate_bp <= 3000", name=op.f("ck_fee_rate_rate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_rate")),
        sa.UniqueConstraint("from_on", name=op.f("uq_fee_rate_from_on")),
    )
    op.create_table(
        "delivery_tariff",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cooperative_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("first_g", sa.BigInteger(), nullable=False),
        sa.Column("first_minor", sa.BigInteger(), nullable=False),
        sa.Column("step_g", sa.BigInteger(), nullable=False),
        sa.Column("step_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "first_g > 0 and step_g > 0 and first_minor >= 0 and step_minor >= 0", name=op.f("ck_delivery_tariff_sane")
        ),
        sa.ForeignKeyConstraint(["cooperative_id"], ["cooperative.id"], name=op.f("fk_delivery_tariff_cooperative_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_tariff")),
        sa.UniqueConstraint("cooperative_id", "from_on", name=op.f("uq_delivery_tariff_cooperative_id_from_on")),
    )
    op.create_index(op.f("ix_delivery_tariff_cooperative_id"), "delivery_tariff", ["cooperative_id"], unique=False)
    op.create_table(
        "product",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cooperative_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "apple",
                "tea",
                "chili",
                "bamboo",
                "other",
                name="category",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=True),
        sa.Column("variety", sa.String(length=60), nullable=False),
        sa.Column("variety_en", sa.String(length=60), nullable=True),
        sa.Column(
            "return_class",
            sa.Enum("fresh", "seven_days", name="return_class", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("tax_bp", sa.BigInteger(), nullable=False),
        sa.Column(
            "tax_reason",
            sa.Enum(
                "own_primary_produce",
                "processed",
                "small_taxpayer",
                name="tax_reason",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("usual_load_g", sa.BigInteger(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("form_token", sa.String(length=40), nullable=False),
        sa.CheckConstraint("tax_bp >= 0 and tax_bp < 10000", name=op.f("ck_product_tax_rate")),
        sa.ForeignKeyConstraint(["cooperative_id"], ["cooperative.id"], name=op.f("fk_product_cooperative_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("cooperative_id", "form_token", name=op.f("uq_product_cooperative_id_form_token")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_product_cooperative_id"), "product", ["cooperative_id"], unique=False)
    op.create_table(
        "grade",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=True),
        sa.Column("description", sa.String(length=120), nullable=False),
        sa.Column("description_en", sa.String(length=120), nullable=True),
        sa.Column("differential", sa.BigInteger(), nullable=False),
        sa.Column("is_reject", sa.Boolean(), nullable=False),
        sa.CheckConstraint("differential >= 0 and rank > 0", name=op.f("ck_grade_not_negative")),
        sa.CheckConstraint("not is_reject or differential = 0", name=op.f("ck_grade_reject_weighs_nothing")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_grade_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grade")),
        sa.UniqueConstraint("product_id", "rank", name=op.f("uq_grade_product_id_rank")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_grade_product_id"), "grade", ["product_id"], unique=False)
    op.create_table(
        "season",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("store_until_on", sa.Date(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_season_ends_after_start")),
        sa.CheckConstraint(
            "store_until_on is null or store_until_on >= ends_on", name=op.f("ck_season_store_after_harvest")
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_season_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_season")),
        sa.UniqueConstraint("product_id", "name", name=op.f("uq_season_product_id_name")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_season_product_id"), "season", ["product_id"], unique=False)
    op.create_table(
        "listing",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cooperative_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("season_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("grade_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("title_en", sa.String(length=60), nullable=True),
        sa.Column("story", sa.String(length=2000), nullable=False),
        sa.Column("story_en", sa.String(length=2000), nullable=True),
        sa.Column("village", sa.String(length=60), nullable=False),
        sa.Column("village_en", sa.String(length=60), nullable=True),
        sa.Column("picture", sa.String(length=40), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("form_token", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "until_on is null or from_on is null or until_on >= from_on", name=op.f("ck_listing_window")
        ),
        sa.ForeignKeyConstraint(["cooperative_id"], ["cooperative.id"], name=op.f("fk_listing_cooperative_id")),
        sa.ForeignKeyConstraint(["grade_id"], ["grade.id"], name=op.f("fk_listing_grade_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_listing_product_id")),
        sa.ForeignKeyConstraint(["season_id"], ["season.id"], name=op.f("fk_listing_season_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing")),
        sa.UniqueConstraint("cooperative_id", "form_token", name=op.f("uq_listing_cooperative_id_form_token")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_listing_cooperative_id"), "listing", ["cooperative_id"], unique=False)
    op.create_index(op.f("ix_listing_grade_id"), "listing", ["grade_id"], unique=False)
    op.create_index(op.f("ix_listing_product_id"), "listing", ["product_id"], unique=False)
    op.create_index(op.f("ix_listing_season_id"), "listing", ["season_id"], unique=False)
    op.create_table(
        "lot",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cooperative_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("season_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("grade_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("taken_in_on", sa.Date(), nullable=False),
        sa.Column("accepted_g", sa.BigInteger(), nullable=False),
        sa.Column("allocated_g", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("allocated_g >= 0 and accepted_g >= allocated_g", name=op.f("ck_lot_not_over_allocated")),
        sa.ForeignKeyConstraint(["cooperative_id"], ["cooperative.id"], name=op.f("fk_lot_cooperative_id")),
        sa.ForeignKeyConstraint(["grade_id"], ["grade.id"], name=op.f("fk_lot_grade_id")),
        sa.ForeignKeyConstraint(["season_id"], ["season.id"], name=op.f("fk_lot_season_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot")),
        sa.UniqueConstraint("cooperative_id", "code", name=op.f("uq_lot_cooperative_id_code")),
        sa.UniqueConstraint("season_id", "grade_id", "taken_in_on", name=op.f("uq_lot_season_id_grade_id_taken_in_on")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_lot_cooperative_id"), "lot", ["cooperative_id"], unique=False)
    op.create_index(op.f("ix_lot_grade_id"), "lot", ["grade_id"], unique=False)
    op.create_index(op.f("ix_lot_season_id"), "lot", ["season_id"], unique=False)
    op.create_table(
        "stock",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("season_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("grade_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("accepted_g", sa.BigInteger(), nullable=False),
        sa.Column("committed_g", sa.BigInteger(), nullable=False),
        sa.Column("shipped_g", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("accepted_g >= committed_g + shipped_g", name=op.f("ck_stock_never_oversold")),
        sa.CheckConstraint("committed_g >= 0 and shipped_g >= 0", name=op.f("ck_stock_not_negative")),
        sa.ForeignKeyConstraint(["grade_id"], ["grade.id"], name=op.f("fk_stock_grade_id")),
        sa.ForeignKeyConstraint(["season_id"], ["season.id"], name=op.f("fk_stock_season_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock")),
        sa.UniqueConstraint("season_id", "grade_id", name=op.f("uq_stock_season_id_grade_id")),
    )
    op.create_index(op.f("ix_stock_grade_id"), "stock", ["grade_id"], unique=False)
    op.create_index(op.f("ix_stock_season_id"), "stock", ["season_id"], unique=False)
    op.create_table(
        "commitment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stock_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("holder", sa.String(length=40), nullable=False),
        sa.Column(
            "priority",
            sa.Enum(
                "contract",
                "subscription",
                "shop",
                name="priority",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "held",
                "firm",
                "shipped",
                "freed",
                name="commitment_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(state = 'held') = (held_until is not null)", name=op.f("ck_commitment_held_has_end")),
        sa.CheckConstraint("grams > 0", name=op.f("ck_commitment_positive")),
        sa.ForeignKeyConstraint(["stock_id"], ["stock.id"], name=op.f("fk_commitment_stock_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment")),
        sa.UniqueConstraint("holder", "stock_id", name=op.f("uq_commitment_holder_stock_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_commitment_held",
        "commitment",
        ["held_until"],
        unique=False,
        sqlite_where=sa.text("state = 'held'"),
        postgresql_where=sa.text("state = 'held'"),
    )
    op.create_index(op.f("ix_commitment_holder"), "commitment", ["holder"], unique=False)
    op.create_index(op.f("ix_commitment_stock_id"), "commitment", ["stock_id"], unique=False)
    op.create_table(
        "pack",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("listing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("label_en", sa.String(length=60), nullable=True),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("grams > 0 and price_minor > 0", name=op.f("ck_pack_positive")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_pack_listing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pack_listing_id"), "pack", ["listing_id"], unique=False)
    op.create_index(
        "uq_pack_live",
        "pack",
        ["listing_id", "grams"],
        unique=True,
        sqlite_where=sa.text("archived_at is null"),
        postgresql_where=sa.text("archived_at is null"),
    )
    op.create_table(
        "search_document",
        sa.Column("listing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_search_document_listing_id")),
        sa.PrimaryKeyConstraint("listing_id", name=op.f("pk_search_document")),
    )
    op.create_table(
        "weighing",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cooperative_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("season_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("grade_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "unit",
            sa.Enum("kg", "jin", name="weight_unit", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("gross_g", sa.BigInteger(), nullable=False),
        sa.Column("tare_g", sa.BigInteger(), nullable=False),
        sa.Column("cut_g", sa.BigInteger(), nullable=False),
        sa.Column("accepted_g", sa.BigInteger(), nullable=False),
        sa.Column("weighed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("weighed_on", sa.Date(), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("corrects_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("form_token", sa.String(length=40), nullable=False),
        sa.CheckConstraint("corrects_id is null or reason <> ''", name=op.f("ck_weighing_correction_has_reason")),
        sa.CheckConstraint(
            "accepted_g = 0 or accepted_g = gross_g - tare_g - cut_g", name=op.f("ck_weighing_accepted_is_net")
        ),
        sa.CheckConstraint(
            "gross_g >= 0 and tare_g >= 0 and cut_g >= 0 and accepted_g >= 0", name=op.f("ck_weighing_not_negative")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_weighing_by_id")),
        sa.ForeignKeyConstraint(["cooperative_id"], ["cooperative.id"], name=op.f("fk_weighing_cooperative_id")),
        sa.ForeignKeyConstraint(["corrects_id"], ["weighing.id"], name=op.f("fk_weighing_corrects_id")),
        sa.ForeignKeyConstraint(["grade_id"], ["grade.id"], name=op.f("fk_weighing_grade_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_weighing_lot_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_weighing_member_id")),
        sa.ForeignKeyConstraint(["season_id"], ["season.id"], name=op.f("fk_weighing_season_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weighing")),
        sa.UniqueConstraint("cooperative_id", "form_token", name=op.f("uq_weighing_cooperative_id_form_token")),
        sa.UniqueConstraint("cooperative_id", "number", name=op.f("uq_weighing_cooperative_id_number")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_weighing_corrects_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_weighing_cooperative_id"), "weighing", ["cooperative_id"], unique=False)
    op.create_index(op.f("ix_weighing_grade_id"), "weighing", ["grade_id"], unique=False)
    op.create_index(op.f("ix_weighing_lot_id"), "weighing", ["lot_id"], unique=False)
    op.create_index(op.f("ix_weighing_member_id"), "weighing", ["member_id"], unique=False)
    op.create_index(op.f("ix_weighing_season_id"), "weighing", ["season_id"], unique=False)
    search_index.install(op.get_bind())


def downgrade() -> None:
    op.drop_table("weighing")
    op.drop_table("search_document")
    op.drop_table("pack")
    op.drop_table("commitment")
    op.drop_table("stock")
    op.drop_table("lot")
    op.drop_table("listing")
    op.drop_table("season")
    op.drop_table("grade")
    op.drop_table("product")
    op.drop_table("delivery_tariff")
    op.drop_table("fee_rate")
