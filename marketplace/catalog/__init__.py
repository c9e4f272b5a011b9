"""The shop window and the stock behind it.

Owns: listings, packs, tariffs, fee rates, stock, commitments, search.
Guarantees: stock is locked through commitments only and never oversold, on both databases.
May import: intake, produce, cooperatives, identity, the books, extensions, core.
"""

from marketplace.catalog import search_index
from marketplace.catalog.commitments import expired_holders, free, make_firm, reserve, ship
from marketplace.catalog.errors import NoTariff, NotEnough, NotFirm
from marketplace.catalog.listings import (
    ListingFacts,
    PackInput,
    add_pack,
    archive_listing,
    archive_pack,
    edit_listing,
    publish_listing,
    set_pack_price,
)
from marketplace.catalog.models import (
    Commitment,
    CommitmentState,
    DeliveryTariff,
    FeeRate,
    Listing,
    Pack,
    Priority,
    SearchDocument,
    Stock,
)
from marketplace.catalog.rules import DRAWINGS, per_kg
from marketplace.catalog.search import browse, counties_on_sale, on_sale, reindex, reindex_cooperative
from marketplace.catalog.stock import (
    StockDifference,
    available_g,
    check_stock,
    correct_intake,
    list_stock,
    take_in,
)
from marketplace.catalog.tariffs import delivery_fee, fee_rate, find_tariff, has_tariff, set_fee_rate, set_tariff

__all__ = [
    "DRAWINGS",
    "Commitment",
    "CommitmentState",
    "DeliveryTariff",
    "FeeRate",
    "Listing",
    "ListingFacts",
    "NoTariff",
    "NotEnough",
    "NotFirm",
    "Pack",
    "PackInput",
    "Priority",
    "SearchDocument",
    "Stock",
    "StockDifference",
    "add_pack",
    "archive_listing",
    "archive_pack",
    "available_g",
    "browse",
    "check_stock",
    "correct_intake",
    "counties_on_sale",
    "delivery_fee",
    "edit_listing",
    "expired_holders",
    "fee_rate",
    "find_tariff",
    "free",
    "has_tariff",
    "list_stock",
    "make_firm",
    "on_sale",
    "per_kg",
    "publish_listing",
    "reindex",
    "reindex_cooperative",
    "reserve",
    "search_index",
    "set_fee_rate",
    "set_pack_price",
    "set_tariff",
    "ship",
    "take_in",
]
