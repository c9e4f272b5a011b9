"""Registering, making users, changing the language, and the book of failed log-ins."""

from datetime import timedelta
from typing import NotRequired, TypedDict, Unpack

from sqlalchemy import delete, func, select

from marketplace import trail
from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.core.ids import new_token
from marketplace.core.names import clean_name
from marketplace.extensions import db
from marketplace.identity.models import Buyer, BuyerKind, LoginFailure, PlatformRole, User
from marketplace.identity.queries import find_user
from marketplace.identity.rules import clean_credit_code, clean_email, clean_phone

WINDOW = timedelta(minutes=15)
FAILURES_PER_SUBJECT = 8  # a person who mistypes tries less often within a quarter of an hour
FAILURES_PER_ADDRESS = 40  # a village shares one address of the internet


class Registration(TypedDict):
    """What somebody who registers says."""

    email: str
    name: str
    kind: BuyerKind
    buyer_name: NotRequired[str]
    credit_code: NotRequired[str]
    phone: NotRequired[str]


def register_buyer(*, password_hash: str, locale: str = "en", **said: Unpack[Registration]) -> User:
    """Register a person or an institution as a buyer, with its first user.

    A person's buyer has the person's name. Raises FieldError `email_taken` and what the rules refuse.
    """
    kind, credit_code, phone = said["kind"], said.get("credit_code", ""), said.get("phone", "")
    address = _free_email(said["email"])
    person = clean_name(said["name"])
    buyer = Buyer(
        kind=kind,
        name=clean_name(said.get("buyer_name", ""), "buyer_name") if kind is BuyerKind.INSTITUTION else person,
        credit_code=clean_credit_code(credit_code) if credit_code and kind is BuyerKind.INSTITUTION else None,
        created_at=clock.now(),
    )
    db.session.add(buyer)
    db.session.flush()
    user = _user(address, password_hash, person, PlatformRole.BUYER, locale)
    user.buyer_id = buyer.id
    user.phone = clean_phone(phone) if phone else None
    db.session.add(user)
    db.session.flush()
    trail.record("buyer.registered", f"buyer:{buyer.id}", by=user.id, after={"kind": kind.value})
    return user


def create_user(
    *, email: str, password_hash: str, name: str, platform_role: PlatformRole, locale: str = "en", by: int | None = None
) -> User:
    """Create a user who is no buyer; what staff may do is said by `cooperatives.appoint`.

    Raises FieldError `email_taken`, and ValueError for a buyer, who registers.
    """
    if platform_role is PlatformRole.BUYER:
        raise ValueError("a buyer registers")
    user = _user(_free_email(email), password_hash, clean_name(name), platform_role, locale)
    db.session.add(user)
    db.session.flush()
    trail.record("user.created", f"user:{user.id}", by=by, after={"platform_role": platform_role.value})
    return user


def set_locale(user_id: int, locale: str) -> None:
    """Keep a user's language."""
    user = db.session.get_one(User, user_id)
    user.locale = locale
    db.session.flush()


def record_failure(*subjects: str) -> None:
    """Write down a failed try to log in under each subject, and forget what is past the window."""
    now = clock.now()
    db.session.execute(delete(LoginFailure).where(LoginFailure.at < now - WINDOW))
    db.session.add_all([LoginFailure(subject=subject, at=now) for subject in subjects])
    db.session.flush()


def clear_failures(subject: str) -> None:
    """Forget the failures of somebody who got in."""
    db.session.execute(delete(LoginFailure).where(LoginFailure.subject == subject))


def is_throttled(subject: str, address: str) -> bool:
    """Say whether a subject, or the address of the internet it comes from, has failed too often within the window."""
    rows = db.session.execute(
        select(LoginFailure.subject, func.count(LoginFailure.id))
        .where(LoginFailure.subject.in_((subject, address)), LoginFailure.at >= clock.now() - WINDOW)
        .group_by(LoginFailure.subject)
    ).all()
    counts: dict[str, int] = {row[0]: row[1] for row in rows}
    return counts.get(subject, 0) >= FAILURES_PER_SUBJECT or counts.get(address, 0) >= FAILURES_PER_ADDRESS


def _free_email(email: str) -> str:
    address = clean_email(email)
    if find_user(address) is not None:
        raise FieldError("email_taken", "email")
    return address


def _user(email: str, password_hash: str, name: str, role: PlatformRole, locale: str) -> User:
    return User(
        email=email,
        password_hash=password_hash,
        name=name,
        platform_role=role,
        locale=locale,
        session_salt=new_token(),
        created_at=clock.now(),
    )
