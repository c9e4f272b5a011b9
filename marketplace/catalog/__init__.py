"""The shop window and the stock behind it.

Owns: listings, packs, tariffs, fee rates, stock, commitments, search.
Guarantees: stock is locked through commitments only and never oversold, on both databases.
May import: intake, produce, cooperatives, identity, the books, extensions, core.
"""

from marketplace.catalog.models import Commitment, CommitmentState, DeliveryTariff, FeeRate, Listing, Pack, Priority, SearchDocument, Stock

__all__ = [
    "Commitment",
    "CommitmentState",
    "DeliveryTariff",
    "FeeRate",
    "Listing",
    "Pack",
    "Priority",
    "SearchDocument",
    "Stock",
]
