"""Users, the organisations that buy, and logging in.

Owns: users, buyers, tries to log in.
Guarantees: one user per e-mail address; passwords are kept as argon2 hashes; too many failures wait.
May import: the books, extensions, core.
"""

from marketplace.core.passwords import hash_password, matches
from marketplace.identity.models import Buyer, BuyerKind, LoginFailure, PlatformRole, User
from marketplace.identity.queries import find_user
from marketplace.identity.rules import check_password, clean_credit_code, clean_email, clean_phone, subject_of
from marketplace.identity.service import (
    WINDOW,
    clear_failures,
    create_user,
    is_throttled,
    record_failure,
    register_buyer,
    set_locale,
)

__all__ = [
    "WINDOW",
    "Buyer",
    "BuyerKind",
    "LoginFailure",
    "PlatformRole",
    "User",
    "check_password",
    "clean_credit_code",
    "clean_email",
    "clean_phone",
    "clear_failures",
    "create_user",
    "find_user",
    "hash_password",
    "is_throttled",
    "matches",
    "record_failure",
    "register_buyer",
    "set_locale",
    "subject_of",
]
