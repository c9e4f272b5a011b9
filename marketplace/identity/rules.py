"""What may be an e-mail address, a telephone number, a password, a credit code."""

import hashlib

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from marketplace.core.errors import FieldError

SHORTEST_PASSWORD = 10
CHINA, MOBILE_DIGITS = 86, 11
LONGEST_PASSWORD = 200  # argon2 would hash a book


def clean_email(text: str, field: str = "email") -> str:
    """Return an address in lower case; raises FieldError `not_an_email`."""
    try:
        found = validate_email(text.strip(), check_deliverability=False, allow_smtputf8=True)
    except EmailNotValidError as error:
        raise FieldError("not_an_email", field) from error
    return found.normalized.lower()


def clean_phone(text: str, field: str = "phone") -> str:
    """Return a telephone number as +8613800000000; bare digits are read as Chinese.

    Raises FieldError `phone_length` for digits of the wrong number, else `not_a_phone`.
    """
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException as error:
        raise FieldError("not_a_phone", field) from error
    if not phonenumbers.is_valid_number(number):
        digits = sum(character.isdigit() for character in text)
        if number.country_code == CHINA and 0 < digits < MOBILE_DIGITS:
            raise FieldError("phone_length", field, digits=digits)
        raise FieldError("not_a_phone", field)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def clean_credit_code(text: str, field: str = "credit_code") -> str:
    """Return a unified social credit code (GB 32100) in its standard form; raises FieldError `not_a_credit_code`."""
    try:
        return str(uscc.validate(text))
    except ValidationError as error:
        raise FieldError("not_a_credit_code", field) from error


def check_password(password: str, email: str = "", field: str = "password") -> None:
    """Refuse a password that is too short, or long, or the address.

    Raises FieldError `password_short`, `password_long`, `password_is_email`.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise FieldError("password_short", field, shortest=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        raise FieldError("password_long", field, longest=LONGEST_PASSWORD)
    if email and password.lower() in {email.lower(), email.lower().partition("@")[0]}:
        raise FieldError("password_is_email", field)


def subject_of(kind: str, value: str) -> str:
    """Return the hash under which failures are counted, so that the table holds no address."""
    return hashlib.sha256(f"{kind}:{value.lower()}".encode()).hexdigest()
