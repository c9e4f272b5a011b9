"""The weighing station: weighings, receipts, lots.

Owns: weighings and lots.
Guarantees: a weighing is never changed, a correction names the one it replaces; a form token weighs once; receipts
have no gaps; lots leave first in, first out.
May import: produce, cooperatives, identity, the books, extensions, core.
"""

from marketplace.intake.errors import LotsShort
from marketplace.intake.lots import allocate_lots, free_lots, weighings_of_lots
from marketplace.intake.models import Lot, Weighing, WeightUnit
from marketplace.intake.queries import (
    Brought,
    Recent,
    accepted_by_member,
    accepted_in,
    chain_of,
    corrected_among,
    doubt,
    effective_weighings,
    find_weighing,
    is_effective,
    is_unusual,
    list_last,
    newest_weighing_id,
    recent_members,
)
from marketplace.intake.rules import Doubt, find_doubt, net
from marketplace.intake.service import Corrected, Reading, correct, lock_station, weigh_in

__all__ = [
    "Brought",
    "Corrected",
    "Doubt",
    "Lot",
    "LotsShort",
    "Reading",
    "Recent",
    "Weighing",
    "WeightUnit",
    "accepted_by_member",
    "accepted_in",
    "allocate_lots",
    "chain_of",
    "correct",
    "corrected_among",
    "doubt",
    "effective_weighings",
    "find_doubt",
    "find_weighing",
    "free_lots",
    "is_effective",
    "is_unusual",
    "list_last",
    "lock_station",
    "net",
    "newest_weighing_id",
    "recent_members",
    "weigh_in",
    "weighings_of_lots",
]
