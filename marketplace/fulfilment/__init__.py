"""Goods on their way: picking, shipment, acceptance, traceability.

Owns: shipments and lot allocations.
Guarantees: lots leave first in, first out, and go back when a packed order is cancelled; income is posted once, at
acceptance.
May import: payments and what lies before it, the books, extensions, core.
"""

from marketplace.fulfilment.errors import StillTime
from marketplace.fulfilment.models import AcceptedBy, LotAllocation, Shipment
from marketplace.fulfilment.queries import (
    Origin,
    PickLine,
    PickLot,
    Traced,
    find_box,
    find_shipment,
    origins,
    pick_list,
    trace,
)
from marketplace.fulfilment.service import accept, accept_silent, cancel, pack, ship

__all__ = [
    "AcceptedBy",
    "LotAllocation",
    "Origin",
    "PickLine",
    "PickLot",
    "Shipment",
    "StillTime",
    "Traced",
    "accept",
    "accept_silent",
    "cancel",
    "find_box",
    "find_shipment",
    "origins",
    "pack",
    "pick_list",
    "ship",
    "trace",
]
