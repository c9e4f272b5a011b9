"""What the column types refuse, on both databases."""

from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum

import pytest
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import Column, MetaData, Table, create_engine, func, insert, select
from sqlalchemy.exc import IntegrityError, StatementError

from marketplace.core import columns
from tests.conftest import SETTINGS


class Colour(StrEnum):
    RED = "red"
    DARK_GREEN = "dark_green"


METADATA = MetaData(naming_convention={"ck": "ck_%(table_name)s_%(constraint_name)s"})
SPECIMEN = Table(
    "specimen",
    METADATA,
    Column("id", columns.BigKey, primary_key=True),
    Column("amount_minor", columns.Whole),
    Column("at", columns.UtcDateTime),
    Column("card", columns.EncryptedText),
    Column("colour", columns.enum_column(Colour)),
)


@pytest.fixture
def connection(databases):
    engine = create_engine(databases.clone())
    with engine.connect().execution_options(writes=True) as connection, connection.begin() as transaction:
        METADATA.create_all(connection)
        yield connection
        transaction.rollback()
    engine.dispose()


@pytest.mark.parametrize("amount", [1.5, 1.0, True, "1"])
def test_only_whole_numbers(connection, amount):
    with pytest.raises((StatementError, TypeError)):
        connection.execute(insert(SPECIMEN).values(amount_minor=amount))
    with pytest.raises((StatementError, TypeError)):
        connection.execute(select(SPECIMEN.c.amount_minor - amount)).all()


def test_b63_sums_are_whole(connection):
    connection.execute(insert(SPECIMEN), [{"amount_minor": 3333}] * 2 + [{"amount_minor": 3334}])
    total = connection.scalar(select(func.sum(SPECIMEN.c.amount_minor)))
    assert (total, type(total)) == (10_000, int)


def test_instants_come_back_aware(connection):
    shanghai = timezone(timedelta(hours=8))
    there = datetime(2026, 9, 1, 8, tzinfo=shanghai)
    connection.execute(insert(SPECIMEN).values(at=there))
    back = connection.scalar(select(SPECIMEN.c.at))
    assert (back, back.tzinfo) == (there, UTC)
    assert connection.scalar(select(func.count()).where(SPECIMEN.c.at <= there)) == 1
    with pytest.raises(StatementError, match="naive"):
        connection.execute(insert(SPECIMEN).values(at=datetime(2026, 9, 1)))  # noqa: DTZ001


def test_secrets_are_tokens_in_the_database(connection):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    try:
        columns.use_keys((old,))
        connection.execute(insert(SPECIMEN).values(id=1, card="6222021234567890"))
        raw = bytes(connection.exec_driver_sql("select card from specimen").scalar_one())
        assert b"6222" not in raw
        columns.use_keys((new, old))
        assert connection.scalar(select(SPECIMEN.c.card)) == "6222021234567890"
        columns.use_keys((new,))
        with pytest.raises(InvalidToken):
            connection.scalar(select(SPECIMEN.c.card))
    finally:
        columns.use_keys(SETTINGS.field_keys)
    with pytest.raises(TypeError):
        _ = SPECIMEN.c.card == "6222021234567890"
    assert connection.scalar(select(func.count()).where(SPECIMEN.c.card.is_(None))) == 0


def test_enums_are_checked_here_and_there(connection):
    connection.execute(insert(SPECIMEN).values(colour=Colour.DARK_GREEN))
    assert connection.scalar(select(SPECIMEN.c.colour)) is Colour.DARK_GREEN
    with pytest.raises(StatementError):
        connection.execute(insert(SPECIMEN).values(colour="blue"))
    with pytest.raises(IntegrityError, match="ck_specimen_colour"):
        connection.exec_driver_sql("insert into specimen (colour) values ('blue')")
