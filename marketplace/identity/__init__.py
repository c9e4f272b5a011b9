"""Users, the organisations that buy, and logging in.

Owns: users, buyers, tries to log in.
Guarantees: one user per e-mail address; passwords are kept as argon2 hashes; too many failures wait.
May import: the books, extensions, core.
"""

from marketplace.identity.models import Buyer, BuyerKind, LoginFailure, PlatformRole, User

__all__ = [
    "Buyer",
    "BuyerKind",
    "LoginFailure",
    "PlatformRole",
    "User",
]
