"""The weighing station: weighings, receipts, lots.

Owns: weighings and lots.
Guarantees: a weighing is never changed, a correction names the one it replaces; a form token weighs once; lots leave first in, first out.
May import: produce, cooperatives, identity, the books, extensions, core.
"""

from marketplace.intake.models import Lot, Weighing, WeightUnit

__all__ = [
    "Lot",
    "Weighing",
    "WeightUnit",
]
