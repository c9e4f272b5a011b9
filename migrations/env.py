"""Run migrations: one transaction per migration, foreign keys off on SQLite."""

import sqlalchemy as sa
from alembic import context
from flask import current_app
from sqlalchemy import Connection

target = current_app.extensions["migrate"].db

PLAIN = {"UtcDateTime": "sa.DateTime(timezone=True)", "Whole": "sa.BigInteger()", "EncryptedText": "sa.LargeBinary()"}


def plain(kind: str, item: object, _context: object) -> str | bool:
    """Write our column types as the types that the database knows."""
    if kind != "type":
        return False
    if isinstance(item, sa.Enum) and not item.create_constraint:  # the ledger's chart, which may grow
        return f"sa.String(length={item.length})"
    return PLAIN.get(type(item).__name__, False)


def is_ours(_item: object, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:
    """Leave out the tables and the index of the search, which no model describes."""
    return not (kind in ("table", "index") and (name or "").startswith("search_index"))


def run(connection: Connection) -> None:
    """Migrate over one connection."""
    context.configure(
        connection=connection,
        target_metadata=target.metadata,
        render_as_batch=True,
        render_item=plain,
        transactional_ddl=True,  # true on SQLite as well, for we begin explicitly
        transaction_per_migration=True,
        include_object=is_ours,
    )
    with context.begin_transaction():
        context.run_migrations()


with target.engine.execution_options(writes=True).connect() as connection:
    if connection.dialect.name == "sqlite":  # the pragma is ignored inside a transaction
        connection.connection.dbapi_connection.execute("pragma foreign_keys=off")
    try:
        run(connection)
    finally:
        if connection.dialect.name == "sqlite":
            connection.rollback()
            connection.connection.dbapi_connection.execute("pragma foreign_keys=on")
