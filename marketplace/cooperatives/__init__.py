"""Cooperatives, their members and staff, coordinators' assignments, households' printed codes.

Owns: cooperatives, members, staff, assignments, account changes, household keys.
Guarantees: bank accounts are encrypted and changed by two people only; one live duty per user.
May import: identity, the books, extensions, core.
"""

from marketplace.cooperatives.models import AccountChange, Assignment, AssignmentLevel, ChangeState, Cooperative, HouseholdKey, Member, MemberKind, Staff, StaffRole

__all__ = [
    "AccountChange",
    "Assignment",
    "AssignmentLevel",
    "ChangeState",
    "Cooperative",
    "HouseholdKey",
    "Member",
    "MemberKind",
    "Staff",
    "StaffRole",
]
