"""Who may be a user (B47), and what is kept of a try to log in."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
import time_machine

from marketplace import identity
from marketplace.core.errors import FieldError
from marketplace.core.names import clean_name
from marketplace.extensions import atomic, retrying
from marketplace.identity import BuyerKind, PlatformRole
from tests.factories.identity import PASSWORD, make_buyer, make_user


@pytest.mark.parametrize("name", ["王", "欧阳娜娜", "阿卜杜热合曼·买买提", "张家", "José Ñuñez", "名" * 60])
def test_one_name_field_takes_every_name(name):
    assert clean_name(f"  {name} ") == name


@pytest.mark.parametrize(
    ("name", "code"),
    [("", "name_missing"), ("   ", "name_missing"), ("名" * 61, "name_too_long"), ("a\x00b", "name_unreadable")],
)
def test_what_is_no_name_is_refused_at_its_field(name, code):
    with pytest.raises(FieldError) as refusal:
        clean_name(name, "payee")
    assert (refusal.value.code, refusal.value.field) == (code, "payee")


@pytest.mark.parametrize(
    "typed", ["13800138000", "+86 138 0013 8000", "+8613800138000", "138-0013-8000", "0086 13800138000"]
)
def test_a_number_with_and_without_86_is_stored_alike(typed):
    assert identity.clean_phone(typed) == "+8613800138000"


def test_a_short_number_says_how_many_digits_it_has():
    with pytest.raises(FieldError) as refusal:
        identity.clean_phone("1380013800")
    assert refusal.value.code == "phone_length"
    assert refusal.value.details == {"digits": 10}


@pytest.mark.parametrize("typed", ["", "abc", "12", "138001380001234567"])
def test_what_is_no_number_is_refused(typed):
    with pytest.raises(FieldError):
        identity.clean_phone(typed)


@pytest.mark.parametrize("typed", ["", "nobody", "a@b", "two words@example.com", "x@" + "y" * 300 + ".com"])
def test_what_is_no_address_is_refused(typed):
    with pytest.raises(FieldError, match="not_an_email"):
        identity.clean_email(typed)


def test_an_address_is_one_whatever_its_case(session):
    make_buyer(email="Wang@Example.com")
    assert identity.find_user("WANG@example.COM").email == "wang@example.com"
    with pytest.raises(FieldError, match="email_taken"):
        make_buyer(email="wang@EXAMPLE.com")


def test_an_institution_has_its_own_name_and_code(session):
    with atomic():
        user = identity.register_buyer(
            email="canteen@example.com",
            password_hash=identity.hash_password(PASSWORD),
            name="刘会计",
            kind=BuyerKind.INSTITUTION,
            buyer_name="第三食堂",
            credit_code="91110000600037341L",
            phone="13800138000",
        )
    assert (user.buyer.name, user.buyer.credit_code, user.phone) == ("第三食堂", "91110000600037341L", "+8613800138000")
    with pytest.raises(FieldError, match="not_a_credit_code"):
        identity.clean_credit_code("91110000600037341A")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password_short"),
        ("x" * 201, "password_long"),
        ("wangfang@example.com", "password_is_email"),
        ("WangFang123", "password_is_email"),
    ],
)
def test_weak_passwords_are_refused(password, code):
    email = "wangfang123@example.com" if "123" in password else "wangfang@example.com"
    with pytest.raises(FieldError, match=code):
        identity.check_password(password, email)


def test_a_password_matches_its_own_hash_only():
    hashed = identity.hash_password(PASSWORD)
    assert PASSWORD not in hashed
    assert identity.matches(PASSWORD, hashed)
    assert not identity.matches(PASSWORD + " ", hashed)
    assert not identity.matches(PASSWORD, None)
    assert not identity.matches(PASSWORD, "no hash at all")


def test_failures_throttle_one_person_until_the_window_has_passed(session):
    person, address = identity.subject_of("email", "a@example.com"), identity.subject_of("address", "192.0.2.1")
    with time_machine.travel(datetime(2026, 11, 1, 8, 0, tzinfo=UTC), tick=False) as clock:
        for _ in range(8):
            assert not identity.is_throttled(person, address)
            with atomic():
                identity.record_failure(person, address)
        assert identity.is_throttled(person, address)
        assert not identity.is_throttled(identity.subject_of("email", "b@example.com"), address)
        clock.shift(identity.WINDOW + timedelta(seconds=1))
        assert not identity.is_throttled(person, address)


def test_one_address_of_the_internet_cannot_try_many_people(session):
    address = identity.subject_of("address", "192.0.2.1")
    for number in range(40):
        with atomic():
            identity.record_failure(identity.subject_of("email", f"{number}@example.com"), address)
    assert identity.is_throttled(identity.subject_of("email", "new@example.com"), address)


def test_getting_in_forgets_the_failures(session):
    person, address = identity.subject_of("email", "a@example.com"), identity.subject_of("address", "192.0.2.1")
    with atomic():
        for _ in range(8):
            identity.record_failure(person)
        identity.clear_failures(person)
    assert not identity.is_throttled(person, address)


def test_a_buyer_registers_and_is_not_created(session):
    with pytest.raises(ValueError, match="registers"):
        make_user(PlatformRole.BUYER)


def test_two_who_register_one_address_at_once_are_told_apart(real_app):
    barrier = Barrier(2)

    def register(number):
        with real_app.app_context():
            barrier.wait()
            try:
                retrying(make_buyer)(f"买家{number}", email="same@example.com")
            except FieldError as refusal:
                return refusal.code
            return "registered"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(register, range(2))) == ["email_taken", "registered"]
