"""Named reads of users."""

from sqlalchemy import select

from marketplace.extensions import db
from marketplace.identity.models import User


def find_user(email: str) -> User | None:
    """Find a user by e-mail address, whatever its case."""
    return db.session.scalars(select(User).where(User.email == email.strip().lower())).one_or_none()
