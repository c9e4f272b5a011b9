"""Triggers that hold a rule in the database, on SQLite and on PostgreSQL."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection


@dataclass(frozen=True)
class Guards:
    """The triggers of one package: name -> text behind `create trigger <name>`, by database."""

    sqlite: Mapping[str, str]
    postgresql: Mapping[str, str]
    functions: Mapping[str, str] = field(default_factory=dict)  # PostgreSQL only: name -> plpgsql block

    def drop(self, connection: Connection) -> None:
        """Drop the triggers; only a migration may, and it installs them again."""
        if connection.dialect.name == "sqlite":
            for name in self.sqlite:
                connection.exec_driver_sql(f"drop trigger if exists {name}")
        else:
            for name, body in self.postgresql.items():
                connection.exec_driver_sql(f"drop trigger if exists {name} on {_table(body)}")

    def install(self, connection: Connection) -> None:
        """Create the triggers afresh."""
        self.drop(connection)
        if connection.dialect.name == "sqlite":
            for name, body in self.sqlite.items():
                connection.exec_driver_sql(f"create trigger {name} {body}")
            return
        for name, body in self.functions.items():
            connection.exec_driver_sql(
                f"create or replace function {name}() returns trigger language plpgsql as $body${body};$body$"
            )
        for name, body in self.postgresql.items():
            kind = "constraint trigger" if "deferrable" in body else "trigger"
            connection.exec_driver_sql(f"create {kind} {name} {body}")

    def missing(self, connection: Connection) -> list[str]:
        """Name the triggers that must stand and do not; a disabled one counts as missing."""
        expected = self.sqlite if connection.dialect.name == "sqlite" else self.postgresql
        return sorted(set(expected) - standing(connection))


def standing(connection: Connection) -> set[str]:
    """Name the triggers that stand in this database."""
    if connection.dialect.name == "sqlite":
        query = "select name from sqlite_master where type = 'trigger'"
    else:
        query = "select tgname from pg_trigger where not tgisinternal and tgenabled = 'O'"
    return {row[0] for row in connection.exec_driver_sql(query)}


def _table(body: str) -> str:
    return body.split(" on ", 1)[1].split(maxsplit=1)[0]
