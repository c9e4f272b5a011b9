"""Cooperatives, their members and staff, coordinators' assignments, households' printed codes.

Owns: cooperatives, members, staff, assignments, account changes, household keys.
Guarantees: bank accounts are encrypted and changed by two people only; one live duty per user.
May import: identity, the books, extensions, core.
"""

from marketplace.cooperatives.members import (
    MemberFacts,
    add_member,
    decide_account_change,
    edit_member,
    issue_household_key,
    leave,
    propose_account_change,
)
from marketplace.cooperatives.models import (
    AccountChange,
    Assignment,
    AssignmentLevel,
    ChangeState,
    Cooperative,
    HouseholdKey,
    Member,
    MemberKind,
    Staff,
    StaffRole,
)
from marketplace.cooperatives.queries import (
    find_cooperative,
    find_household_key,
    list_members,
    list_staff,
    select_members,
)
from marketplace.cooperatives.rules import clean_account, is_odd_account, mask_name
from marketplace.cooperatives.service import Profile, admit, appoint, assign, edit_profile, end_assignment, end_duty

__all__ = [
    "AccountChange",
    "Assignment",
    "AssignmentLevel",
    "ChangeState",
    "Cooperative",
    "HouseholdKey",
    "Member",
    "MemberFacts",
    "MemberKind",
    "Profile",
    "Staff",
    "StaffRole",
    "add_member",
    "admit",
    "appoint",
    "assign",
    "clean_account",
    "decide_account_change",
    "edit_member",
    "edit_profile",
    "end_assignment",
    "end_duty",
    "find_cooperative",
    "find_household_key",
    "is_odd_account",
    "issue_household_key",
    "leave",
    "list_members",
    "list_staff",
    "mask_name",
    "propose_account_change",
    "select_members",
]
