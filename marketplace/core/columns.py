"""Column types: what a value is on every database, and what is refused before it gets there."""

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from cryptography.fernet import Fernet, MultiFernet
from sqlalchemy import BigInteger, DateTime, Enum, Integer, LargeBinary, String
from sqlalchemy import text as sql
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import mapped_column
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeDecorator

ENUM_LENGTH = 24


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant; refuses naive values, returns UTC on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive, store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware value in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Whole(TypeDecorator[int]):
    """A whole number; refuses floats, which SQLite would keep and PostgreSQL would round."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        """Refuse anything but an int."""
        if value is not None and type(value) is not int:
            raise TypeError(f"not a whole number: {value!r}")
        return value

    def process_result_value(self, value: Any, dialect: Dialect) -> int | None:
        """Return an int: PostgreSQL sums bigint to numeric."""
        return None if value is None else int(value)


_keys: list[MultiFernet] = []


def use_keys(keys: tuple[str, ...]) -> None:
    """Set the keys, newest first; the first encrypts, all decrypt."""
    _keys[:] = [MultiFernet([Fernet(key) for key in keys])] if keys else []


class EncryptedText(TypeDecorator[str]):
    """Text that the database holds only as a Fernet token."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Encrypt with the newest key."""
        return None if value is None else _keys[0].encrypt(value.encode())

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Decrypt with any known key."""
        return None if value is None else _keys[0].decrypt(bytes(value)).decode()

    class Comparator(TypeDecorator.Comparator[str]):
        """Refuse comparisons: two tokens of one text differ."""

        def operate(self, op: Any, *other: Any, **kwargs: Any) -> Any:
            """Allow IS NULL only."""
            if op in (operators.is_, operators.is_not):
                return super().operate(op, *other, **kwargs)
            raise TypeError("an encrypted column cannot be compared")

    comparator_factory = Comparator


def enum_column(kind: type[StrEnum], *, name: str | None = None) -> Enum:
    """Return the type of a column that holds the values of an enum, checked by the database.

    The CHECK is `ck_<table>_<name>`, the class in snake case; two columns of one class in one table need a name each.
    """
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", kind.__name__).lower()
    return Enum(
        kind,
        name=name or snake,
        native_enum=False,
        create_constraint=True,
        length=ENUM_LENGTH,
        validate_strings=True,
        values_callable=lambda members: [member.value for member in members],
    )


def only_where(condition: str) -> dict[str, Any]:
    """Return the keywords that make an Index partial on both databases."""
    return {"sqlite_where": sql(condition), "postgresql_where": sql(condition)}


BigKey = BigInteger().with_variant(Integer, "sqlite")
Pk = Annotated[int, mapped_column(BigKey, primary_key=True)]
Minor = Annotated[int, mapped_column(Whole)]
Grams = Annotated[int, mapped_column(Whole)]
Instant = Annotated[datetime, mapped_column(UtcDateTime)]
Code = Annotated[str, mapped_column(String(40))]
Name = Annotated[str, mapped_column(String(60))]
Secret = Annotated[str, mapped_column(EncryptedText)]
