"""What is grown: products, grades and seasons (pools).

Owns: products, grades, seasons.
Guarantees: what has history is archived, never deleted; a season is a pool.
May import: cooperatives, identity, the books, extensions, core.
"""

from marketplace.produce.models import Category, Grade, Product, ReturnClass, Season, TaxReason

__all__ = [
    "Category",
    "Grade",
    "Product",
    "ReturnClass",
    "Season",
    "TaxReason",
]
