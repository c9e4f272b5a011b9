"""Words that every stage uses: money, units, clock, errors, ids, column types.

Owns: no table. Guarantees: pure, but for `columns` (SQLAlchemy) and the clock. May import: nothing of ours.
"""
