"""Goods on their way: picking, shipment, acceptance, traceability.

Owns: shipments and lot allocations.
Guarantees: lots leave first in, first out; income is posted at acceptance, once.
May import: payments and what lies before it, the books, extensions, core.
"""

from marketplace.fulfilment.models import AcceptedBy, LotAllocation, Shipment

__all__ = [
    "AcceptedBy",
    "LotAllocation",
    "Shipment",
]
