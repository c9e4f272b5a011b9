"""Users and buyers, made through the front door."""

from itertools import count

from marketplace import identity
from marketplace.extensions import atomic
from marketplace.identity import BuyerKind, PlatformRole, User

PASSWORD = "apples and tea"  # of every user that a test makes
_numbers = count(1)


def make_buyer(
    name: str = "王芳", *, email: str | None = None, kind: BuyerKind = BuyerKind.PERSON, buyer_name: str = "第三食堂"
) -> User:
    """Register a buyer; return its user."""
    with atomic():
        return identity.register_buyer(
            email=email or f"buyer{next(_numbers)}@example.com",
            password_hash=identity.hash_password(PASSWORD),
            name=name,
            kind=kind,
            buyer_name=buyer_name,
        )


def make_user(platform_role: PlatformRole, name: str = "李静", *, email: str | None = None) -> User:
    """Create a user who is no buyer."""
    with atomic():
        return identity.create_user(
            email=email or f"{platform_role.value}{next(_numbers)}@example.com",
            password_hash=identity.hash_password(PASSWORD),
            name=name,
            platform_role=platform_role,
        )
