"""What is grown: products, grades and seasons (pools).

Owns: products, grades, seasons.
Guarantees: what has history is archived, never deleted; a season is a pool.
May import: cooperatives, identity, the books, extensions, core.
"""

from marketplace.produce.models import Category, Grade, Product, ReturnClass, Season, TaxReason
from marketplace.produce.queries import current_season, list_products, list_seasons, open_seasons, season_ordinal
from marketplace.produce.service import (
    GradeInput,
    ProductFacts,
    add_product,
    add_season,
    archive_product,
    close_season,
    reopen_season,
)

__all__ = [
    "Category",
    "Grade",
    "GradeInput",
    "Product",
    "ProductFacts",
    "ReturnClass",
    "Season",
    "TaxReason",
    "add_product",
    "add_season",
    "archive_product",
    "close_season",
    "current_season",
    "list_products",
    "list_seasons",
    "open_seasons",
    "reopen_season",
    "season_ordinal",
]
