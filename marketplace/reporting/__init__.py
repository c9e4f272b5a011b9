"""Read-only questions that span stages.

Owns: nothing; it reads.
Guarantees: figures come from the ledger and from stored lines, never from the live catalogue.
May import: every stage, the books, extensions, core.
"""
