"""The shared instruments: database, migrations, login, CSRF, languages, and `atomic`, the one transaction helper."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ClassVar, ParamSpec, TypeVar, cast

from flask_babel import Babel
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from flask_wtf import CSRFProtect
from sqlalchemy import Connection, CursorResult, Engine, MetaData, event
from sqlalchemy import inspect as sa_inspect
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session, scoped_session

P = ParamSpec("P")
R = TypeVar("R")


class Base(DeclarativeBase):
    """Base of all models."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base)
migrate = Migrate()
login_manager = LoginManager()
csrf = CSRFProtect()
babel = Babel()


class Conflict(Exception):
    """Another transaction came first; the same work may succeed when tried again."""


@event.listens_for(Engine, "connect")
def _configure(connection: Any, _record: Any) -> None:
    if "sqlite" in type(connection).__module__:
        connection.isolation_level = None  # SQLAlchemy decides when a transaction begins
        for pragma in ("journal_mode=wal", "busy_timeout=15000", "foreign_keys=on", "synchronous=normal"):
            connection.execute(f"pragma {pragma}")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA query_only={'off' if writes else 'on'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
    elif not writes:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def _asks_for_another_try(error: BaseException) -> bool:
    origin = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(error, IntegrityError):  # one token, two clicks: the second try finds the first one's row
        constraint = getattr(getattr(origin, "diag", None), "constraint_name", None) or str(origin)
        return constraint.endswith(("token", "email"))
    if getattr(origin, "sqlstate", None) in {"40001", "40P01", "55P03"}:  # serialization, deadlock, lock timeout
        return True
    return getattr(origin, "sqlite_errorcode", 0) & 0xFF in {5, 6}  # busy, locked


@contextmanager
def atomic() -> Iterator[scoped_session[FlaskSession]]:
    """Run one unit of work in one writing transaction; nested use is a savepoint.

    Raises Conflict when another transaction came first, RuntimeError when the session holds changes made before it.
    """
    session = db.session
    info = session.info
    if info.get("atomic"):
        with session.begin_nested():
            yield session
        return
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("changes were made before atomic()")
    session.rollback()  # ends the read transaction that user_loader opened
    info["atomic"] = True
    try:
        session.connection(execution_options={"writes": True})
        yield session
        session.commit()
        info["committed"] = info.get("committed", 0) + 1
    except BaseException as error:
        session.rollback()
        if _asks_for_another_try(error):
            raise Conflict from error
        raise
    finally:
        info["atomic"] = False


def retrying(function: Callable[P, R], attempts: int = 4) -> Callable[P, R]:
    """Call again after a Conflict, unless something was committed meanwhile."""

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(1, attempts + 1):
            before = db.session.info.get("committed", 0)
            try:
                return function(*args, **kwargs)
            except Conflict:
                if attempt == attempts or db.session.info.get("committed", 0) != before:
                    raise
                time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311
        raise AssertionError

    return call


def lock(row: Base) -> None:
    """Read a row anew and hold it until the transaction ends.

    `refresh` would repeat the joins with which the row was loaded, and PostgreSQL locks no outer join.
    """
    db.session.flush()
    key = sa_inspect(row).identity
    db.session.get_one(type(row), key, with_for_update=True, populate_existing=True)


def changed_rows(result: Any) -> int:
    """Return how many rows an UPDATE or DELETE changed."""
    return cast("CursorResult[Any]", result).rowcount


@event.listens_for(Session, "before_flush")
def _flush_inside_atomic(session: Session, _context: Any, _instances: Any) -> None:
    if not session.info.get("atomic"):
        raise RuntimeError("write outside atomic()")


@event.listens_for(Session, "do_orm_execute")
def _change_inside_atomic(state: ORMExecuteState) -> None:
    changes = state.is_insert or state.is_update or state.is_delete
    if changes and not state.session.info.get("atomic"):
        raise RuntimeError("write outside atomic()")
